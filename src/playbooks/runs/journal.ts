import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type RunRecord, recordVersion } from './events.ts';

/** A record before the journal numbers and dates it. */
export type RecordBody = RunRecord extends infer One
  ? One extends RunRecord
    ? Omit<One, 'v' | 'seq' | 'at'>
    : never
  : never;

export interface Journal {
  /** Returns when the record is on the disk: whoever writes an intent may act then. */
  append(body: RecordBody): RunRecord;
  close(): void;
}

/**
 * Opens `journal.ndjson` to append to it, mode 0600. A last line that a crash has torn is taken away; all before it was
 * fsynced.
 */
export function openJournal(file: string, clock: () => Date = () => new Date()): Journal {
  const isNew = !existsSync(file);
  const descriptor = openSync(file, 'a+', 0o600);
  if (isNew) syncFolder(dirname(file));
  const text = isNew ? '' : readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) ftruncateSync(descriptor, Buffer.byteLength(whole));
  let seq = parseJournal(whole).at(-1)?.seq ?? 0;
  return {
    append(body) {
      seq += 1;
      const record = { v: recordVersion, seq, at: clock().toISOString(), ...body } as RunRecord;
      writeSync(descriptor, `${JSON.stringify(record)}\n`);
      fsyncSync(descriptor);
      return record;
    },
    close: () => closeSync(descriptor),
  };
}

/** The records of a run's journal; empty when there is none. */
export function readJournal(file: string): RunRecord[] {
  return existsSync(file) ? parseJournal(readFileSync(file, 'utf8')) : [];
}

/**
 * Records of a journal's text. A last line that is torn is left out, as a crash may leave one; a line in the middle that
 * cannot be read is left out too, so that one bad line does not hide a run.
 */
export function parseJournal(text: string): RunRecord[] {
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      const record = JSON.parse(line) as RunRecord;
      return typeof record?.seq === 'number' && typeof record.type === 'string' ? [record] : [];
    } catch {
      return [];
    }
  });
}

// A new file's name is durable only when its folder is.
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
