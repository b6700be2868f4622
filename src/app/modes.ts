import { gateExpects } from './gate-answers.ts';
import type { AppState } from './state.ts';

/** Where keys count: the overlay if there is one, else the screen; on the dashboard the pane with the focus. */
export const modes = [
  'loading',
  'welcome',
  'clusters',
  'systems',
  'menu',
  'run',
  'pods',
  'autoscalers',
  'latency',
  'form',
  'plan',
  'status',
  'access',
  'queries',
  'diagnosis',
  'checklist',
  'page',
  'details',
  'logs',
  'step',
  'runs',
  'faults',
  'help',
  'command',
  'filter',
  'leave',
  'stop',
  'discard',
  'problem',
  'told',
  'note',
  'gate',
  'question',
] as const;
export type Mode = (typeof modes)[number];

export function modeOf({ overlay, screen, focus }: AppState): Mode {
  if (overlay) return overlay.type;
  return screen.type === 'dashboard' ? focus : screen.type;
}

/** Modes in which characters are text and not commands. */
export function takesText(state: AppState): boolean {
  const mode = modeOf(state);
  if (mode === 'form' || mode === 'command' || mode === 'filter' || mode === 'note') return true;
  if (state.overlay?.type === 'gate') return gateExpects(state.overlay.gate) !== undefined;
  const kind = openQuestion(state)?.question.kind;
  return mode === 'question' && (kind === 'typed' || kind === 'input');
}

/** The question that the attached run waits with. */
export function openQuestion(state: AppState) {
  return state.run?.following && !state.run.replayed ? state.run.state?.question : undefined;
}

/** What a person may do while a step of the attached run goes on. */
export function openOffer(state: AppState) {
  return state.run?.following && !state.run.replayed ? state.run.state?.offer : undefined;
}
