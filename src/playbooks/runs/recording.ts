import { existsSync, readFileSync } from 'node:fs';
import type { RunEvent, RunSignal } from './events.ts';
import { readJournal } from './journal.ts';
import type { RunPaths } from './run-folder.ts';
import { parseSignals } from './signals.ts';

/** What a run's files hold, in the order of time: records, samples of load tests and, when wanted, lines of output. */
export function readRecording(paths: RunPaths, { output = false } = {}): RunEvent[] {
  const samples = existsSync(paths.samples) ? parseSignals(readFileSync(paths.samples, 'utf8')) : [];
  const lines = output && existsSync(paths.output) ? outputIn(readFileSync(paths.output, 'utf8')) : [];
  const all: RunEvent[] = [...readJournal(paths.journal), ...lines, ...samples];
  // Stable: of the same moment the record comes first.
  return all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

const outputLine = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (\S+) (.*)$/;
// The log says of each step how it ended; the records say it as well.
const ends = new Set(['done', 'skipped', 'failed', 'not-met']);

function outputIn(text: string): RunSignal[] {
  return text.split('\n').flatMap((written): RunSignal[] => {
    const [, at, step, line] = outputLine.exec(written) ?? [];
    return at === undefined || step === undefined || line === undefined || ends.has(line)
      ? []
      : [{ type: 'output', at, step, line }];
  });
}
