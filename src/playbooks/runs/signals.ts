import type { RunSignal } from './events.ts';

/** The signals of `samples.ndjson`; lines that cannot be read are left out: they decide nothing. */
export function parseSignals(text: string): RunSignal[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as RunSignal];
    } catch {
      return [];
    }
  });
}
