import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { createMasker, type Masker } from '../../base/masking.ts';
import { printable } from '../../base/printable.ts';
import type { RunRecord, RunSignal } from './events.ts';
import { openJournal, type RecordBody } from './journal.ts';
import type { RunPaths } from './run-folder.ts';

/** The one place that everything a run says passes: it masks, writes down and publishes. */
export interface RunSink {
  masker: Masker;
  /** Returns when it is durable. */
  record(body: RecordBody): RunRecord;
  signal(signal: RunSignal): void;
  close(): void;
}

/** Writes journal, samples and output of a run; every text in them is masked first. */
export function createRunSink(
  paths: RunPaths,
  publish: (event: RunRecord | RunSignal) => void,
  masker = createMasker(),
): RunSink {
  const journal = openJournal(paths.journal);
  const output = openSync(paths.output, 'a', 0o600);
  return {
    masker,
    record(body) {
      const record = journal.append(maskDeep(body, masker));
      if (record.type === 'step-result') writeSync(output, `${record.at} ${record.step} ${record.status}\n`);
      publish(record);
      return record;
    },
    signal(signal) {
      const masked = maskDeep(signal, masker);
      if (masked.type === 'output') writeSync(output, `${masked.at} ${masked.step} ${masked.line}\n`);
      if (masked.type === 'sample') appendFileSync(paths.samples, `${JSON.stringify(masked)}\n`, { mode: 0o600 });
      publish(masked);
    },
    close() {
      journal.close();
      closeSync(output);
    },
  };
}

/** A copy in which every text, keys included, is masked and drawable; numbers stay what they are. */
function maskDeep<T>(value: T, masker: Masker): T {
  return visit(value, (text) => masker.mask(printable(text))) as T;
}

function visit(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => visit(item, change));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), visit(item, change)]));
  return value;
}
