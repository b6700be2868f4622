import { appendFileSync, chmodSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openJournal, parseJournal, readJournal } from '../../../src/playbooks/runs/journal.ts';
import { createRunFolder, runPaths, runsFolder } from '../../../src/playbooks/runs/run-folder.ts';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'tars-console-journal-')), 'journal.ndjson');

test('a record is in the file when append returns, numbered and dated, and nobody else may read it', () => {
  const file = newFile();
  const journal = openJournal(file, () => new Date('2026-11-21T10:00:00Z'));
  journal.append({ type: 'stop-requested', by: 'a' });
  journal.append({ type: 'stop-requested', by: 'b' });
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
  expect(readJournal(file)).toEqual([
    { v: 2, seq: 1, at: '2026-11-21T10:00:00.000Z', type: 'stop-requested', by: 'a' },
    { v: 2, seq: 2, at: '2026-11-21T10:00:00.000Z', type: 'stop-requested', by: 'b' },
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  journal.close();
});

test('a crash in the middle of a write loses that record only, wherever the line was torn', () => {
  const file = newFile();
  const journal = openJournal(file);
  for (const by of ['a', 'ü', 'c']) journal.append({ type: 'stop-requested', by });
  journal.close();
  const whole = readFileSync(file);
  fc.assert(
    fc.property(fc.nat(whole.length), (length) => {
      const torn = newFile();
      appendFileSync(torn, whole.subarray(0, length));
      const before = readJournal(torn).length;
      const again = openJournal(torn);
      const record = again.append({ type: 'stop-requested', by: 'after' });
      again.close();
      const records = readJournal(torn);
      // A line that lacks nothing but its end is taken away too: whoever wrote it had not been told that it is durable.
      const complete = whole.subarray(0, length).toString().split('\n').length - 1;
      expect(before).toBeGreaterThanOrEqual(complete);
      expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: complete + 1 }, (_, index) => index + 1));
      expect(records.at(-1)).toEqual(record);
    }),
    { numRuns: 60 },
  );
});

test('a line that is no record does not hide the others', () => {
  expect(parseJournal('{"seq":1,"type":"a"}\nnonsense\n{"seq":2,"type":"b"}\n{"torn').map(({ seq }) => seq)).toEqual([
    1, 2,
  ]);
});

test('a run’s folder is this user’s alone and named by date, playbook and four characters', () => {
  const { id, folder } = createRunFolder('tars/full-deployment', new Date(2026, 10, 21));
  expect(id).toMatch(/^2026-11-21-full-deployment-[a-z2-9]{4}$/);
  expect(folder).toBe(join(runsFolder(), id));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  chmodSync(folder, 0o700);
});

test('the socket lies elsewhere where its path would be too long for one', () => {
  const short = runPaths('/s/r');
  expect(short.socket).toBe('/s/r/socket');
  const { socket } = runPaths(`/${'long'.repeat(30)}`);
  expect(socket).not.toContain('longlong');
  expect(socket).toMatch(/run-[0-9a-f]{16}$/);
});
