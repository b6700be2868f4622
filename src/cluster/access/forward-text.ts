import { printableLine } from '../../base/printable.ts';
import type { Symbols } from '../../ui/theme.ts';
import type { Tone } from '../tone-line.ts';
import type { ForwardState } from './forward-state.ts';

/** A port-forward in a few columns, for a header: `8000 ✓`. */
export function forwardSign(state: ForwardState, symbols: Symbols): { text: string; tone: Tone } {
  switch (state.kind) {
    case 'opening':
      return { text: `opening`, tone: 'dim' };
    case 'open':
      return { text: `${state.port} ${symbols.ok}`, tone: 'ok' };
    case 'reconnecting':
      return { text: `${state.port ?? ''} reconnecting`.trim(), tone: 'warn' };
    case 'failed':
      return { text: `${symbols.bad} failed`, tone: 'bad' };
    case 'ended':
      return { text: 'ended', tone: 'dim' };
  }
}

/** The same as a sentence; text from outside is made printable. */
export function forwardSentence(state: ForwardState, to: string): { text: string; tone: Tone } {
  switch (state.kind) {
    case 'opening':
      return { text: `opening a port to ${to}`, tone: 'dim' };
    case 'open':
      return { text: `http://127.0.0.1:${state.port} leads to ${to}, pod ${printableLine(state.pod)}`, tone: 'ok' };
    case 'reconnecting': {
      const at = state.port === undefined ? '' : `port ${state.port}: `;
      return {
        text: `${at}reconnecting to ${to} (try ${state.failures}): ${printableLine(state.reason)}`,
        tone: 'warn',
      };
    }
    case 'failed':
      return { text: `no port-forward to ${to}: ${printableLine(state.reason)}`, tone: 'bad' };
    case 'ended':
      return { text: `the port-forward to ${to} has ended`, tone: 'dim' };
  }
}
