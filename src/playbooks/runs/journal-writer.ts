import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, Problem } from '../../base/errors.ts';
import { type RunRecord, recordVersion } from './events.ts';
import { contentOf } from './journal.ts';
import { type JournalFile, openJournalFile, syncFolder } from './journal-file.ts';

/** A record before the journal numbers and dates it. */
export type RecordBody = RunRecord extends infer One
  ? One extends RunRecord
    ? Omit<One, 'v' | 'seq' | 'at'>
    : never
  : never;

export interface Journal {
  /**
   * Returns when the record is on the disk: whoever writes an intent may act then. Throws `Problem` when it could not be
   * written; the journal is then as it was before, and takes nothing more: what would be done could not be known later.
   */
  append(body: RecordBody): RunRecord;
  close(): void;
}

export interface JournalOptions {
  clock?: () => Date;
  open?: (path: string) => JournalFile;
}

/**
 * Opens `journal.ndjson` to append to it, mode 0600. A last line that a crash has torn is taken away; all before it was
 * fsynced. Throws what the file system says.
 */
export function openJournal(path: string, { clock = () => new Date(), open = openJournalFile }: JournalOptions = {}) {
  const isNew = !existsSync(path);
  const file = open(path);
  if (isNew) syncFolder(dirname(path));
  const whole = file.read();
  let bytes = whole.lastIndexOf(0x0a) + 1;
  if (bytes < whole.length) {
    file.truncate(bytes);
    file.sync();
  }
  let seq = contentOf(whole.toString('utf8', 0, bytes)).records.reduce((most, one) => Math.max(most, one.seq), 0);
  let broken: Problem | undefined;
  const journal: Journal = {
    append(body) {
      if (broken) throw broken;
      const record = { v: recordVersion, seq: seq + 1, at: clock().toISOString(), ...body } as RunRecord;
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      try {
        checkAlone(file, bytes, path);
        writeWhole(file, line);
        file.sync();
      } catch (error) {
        broken = error instanceof Problem ? error : notWritten(error, path);
        if (broken !== error) withdraw(file, bytes);
        throw broken;
      }
      seq += 1;
      bytes += line.length;
      return record;
    },
    close: () => file.close(),
  };
  return journal;
}

/** Nobody but this process may write here: two would do everything twice. */
function checkAlone(file: JournalFile, expected: number, path: string): void {
  const { bytes, named } = file.state();
  if (named && bytes === expected) return;
  throw new Problem(
    named ? 'Something else has written into the journal of this run' : 'The journal of this run was taken away',
    { where: path, next: ['Nothing more is done by this process. See what there is: tars-console runs'] },
  );
}

function writeWhole(file: JournalFile, line: Buffer): void {
  for (let from = 0; from < line.length; ) {
    const written = file.write(line.subarray(from));
    if (written <= 0) throw Object.assign(new Error('nothing more can be written'), { code: 'ENOSPC' });
    from += written;
  }
}

// What was half written, or is perhaps not on the disk, is taken away as far as that works; who opens it next does it else.
function withdraw(file: JournalFile, bytes: number): void {
  try {
    file.truncate(bytes);
    file.sync();
  } catch {}
}

const words: Record<string, string> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the quota of disk space is used up',
  EFBIG: 'the file would become larger than is allowed',
  EROFS: 'the file system has become read-only',
  EIO: 'the disk reports an error',
};

function notWritten(error: unknown, path: string): Problem {
  const { code = '' } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new Problem(`The run cannot be written down: ${words[code] ?? messageOf(error)}`, {
    where: path,
    next: [
      'Nothing more is begun, as nobody could know afterwards what was done.',
      `${full ? 'Make room' : 'Repair the disk'}, then go on: tars-console resume`,
    ],
    cause: error,
  });
}
