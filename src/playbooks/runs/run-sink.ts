import { closeSync, openSync, writeSync } from 'node:fs';
import { messageOf, Problem } from '../../base/errors.ts';
import { createMasker, type Masker } from '../../base/masking.ts';
import type { RunRecord, RunSignal } from './events.ts';
import { readJournal } from './journal.ts';
import { type JournalOptions, openJournal, type RecordBody } from './journal-writer.ts';
import { maskRecord, maskSignal, namedIds } from './mask-event.ts';
import type { RunPaths } from './run-folder.ts';

/** The one place that everything a run says passes: it masks, writes down and publishes. */
export interface RunSink {
  masker: Masker;
  /** Returns when it is durable. Throws `Problem` when that cannot be; whoever was about to act does not. */
  record(body: RecordBody): RunRecord;
  /** Never throws: what is only nice to know may be lost. */
  signal(signal: RunSignal): void;
  close(): void;
}

export interface SinkOptions extends JournalOptions {
  /** Called once when a record could not be written: what still runs is to end in order. */
  onBroken?: (error: unknown) => void;
}

/** Writes journal, samples and output of a run; every text in them is masked first. Throws when they cannot be opened. */
export function createRunSink(
  paths: RunPaths,
  publish: (event: RunRecord | RunSignal) => void,
  masker = createMasker(),
  { onBroken, ...journalOptions }: SinkOptions = {},
): RunSink {
  const ids = namedIds(readJournal(paths.journal));
  const journal = openJournal(paths.journal, journalOptions);
  const output = openSync(paths.output, 'a', 0o600);
  const samples = openSync(paths.samples, 'a', 0o600);
  let broken = false;
  let closed = false;
  return {
    masker,
    record(body) {
      for (const id of namedIds([body])) ids.add(id);
      const record = appended(maskRecord(body, masker, ids));
      if (record.type === 'step-result') writeLine(output, `${record.at} ${record.step} ${record.status}`);
      publish(record);
      return record;
    },
    signal(signal) {
      // What did not heed that the run has ended may still say something.
      if (closed) return;
      const masked = maskSignal(signal, masker, ids);
      if (masked.type === 'output') writeLine(output, `${masked.at} ${masked.step} ${masked.line}`);
      if (masked.type === 'sample') writeLine(samples, JSON.stringify(masked));
      publish(masked);
    },
    close() {
      closed = true;
      journal.close();
      closeSync(output);
      closeSync(samples);
    },
  };

  function appended(body: RecordBody): RunRecord {
    if (closed) throw new Problem('The run is over: nothing more of it is written down');
    try {
      return journal.append(body);
    } catch (error) {
      if (!broken) {
        broken = true;
        // Whoever watches learns from this process why it ends; the journal cannot say it.
        publish({ type: 'interrupted', at: new Date().toISOString(), reason: masker.mask(messageOf(error)) });
        onBroken?.(error);
      }
      throw error;
    }
  }
}

// A full disk takes lines of output away, and nothing else.
function writeLine(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, `${line}\n`);
  } catch {}
}
