import { existsSync, readFileSync } from 'node:fs';
import { type RunRecord, recordVersion } from './events.ts';

/** All that a journal's text holds. */
export interface JournalContent {
  records: RunRecord[];
  /**
   * Lines in the middle that nobody could read, and numbers that are missing: a person or a broken disk has changed the
   * journal. A last line that is torn is none: a crash may leave one.
   */
  faults: string[];
  /** The newest version among the records, where it is newer than this program's. */
  newerVersion: number | undefined;
}

/** A run's journal; empty when there is none. Throws what the file system says. */
export function readJournalContent(file: string): JournalContent {
  return existsSync(file) ? contentOf(readFileSync(file, 'utf8')) : contentOf('');
}

/** The records of a run's journal; empty when there is none. */
export function readJournal(file: string): RunRecord[] {
  return readJournalContent(file).records;
}

/**
 * Records of a journal's text. A last line that is torn is left out, as a crash may leave one; a line in the middle that
 * cannot be read is left out too, so that one bad line does not hide a run: `contentOf` says which.
 */
export function parseJournal(text: string): RunRecord[] {
  return contentOf(text).records;
}

/** The same with what is wrong in it. */
export function contentOf(text: string): JournalContent {
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  const records: RunRecord[] = [];
  const faults: string[] = [];
  let seq: number | undefined;
  for (const [index, line] of lines.entries()) {
    const record = recordIn(line);
    if (!record) faults.push(`line ${index + 1} of the journal is no record`);
    else {
      const missing = missingBefore(record.seq, seq);
      if (missing) faults.push(`line ${index + 1} of the journal: ${missing}`);
      seq = record.seq;
      records.push(record);
    }
  }
  // Whole but for its end: it counts for whoever reads, and is written again by whoever goes on.
  const last = recordIn(torn);
  if (last) records.push(last);
  const newest = records.reduce((most, { v }) => Math.max(most, typeof v === 'number' ? v : 0), 0);
  return { records, faults, newerVersion: newest > recordVersion ? newest : undefined };
}

function missingBefore(seq: number, before: number | undefined): string | undefined {
  const expected = before === undefined ? 1 : before + 1;
  if (seq === expected) return undefined;
  if (seq < expected) return `record ${seq} stands behind record ${before}`;
  const missing = seq - expected;
  return missing === 1 ? `record ${expected} is missing` : `records ${expected} to ${seq - 1} are missing`;
}

function recordIn(line: string): RunRecord | undefined {
  if (line === '') return undefined;
  try {
    const record = JSON.parse(line) as RunRecord;
    return typeof record?.seq === 'number' && typeof record.type === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}
