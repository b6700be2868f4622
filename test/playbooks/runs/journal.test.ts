import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentOf, parseJournal, readJournal } from '../../../src/playbooks/runs/journal.ts';
import { openJournalFile } from '../../../src/playbooks/runs/journal-file.ts';
import { openJournal } from '../../../src/playbooks/runs/journal-writer.ts';
import { createRunFolder, runPaths, runsFolder } from '../../../src/playbooks/runs/run-folder.ts';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'tars-console-journal-')), 'journal.ndjson');

test('a record is in the file when append returns, numbered and dated, and nobody else may read it', () => {
  const file = newFile();
  const journal = openJournal(file, { clock: () => new Date('2026-11-21T10:00:00Z') });
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

test('what somebody has changed in the middle is named by its line; a torn end is not', () => {
  const line = (seq: number) => `{"v":2,"seq":${seq},"type":"a"}\n`;
  expect(contentOf(`${line(1)}${line(2)}{"v":2,"se`).faults).toEqual([]);
  expect(contentOf(`${line(1)}nonsense\n${line(3)}${line(6)}${line(7)}`).faults).toEqual([
    'line 2 of the journal is no record',
    'line 3 of the journal: record 2 is missing',
    'line 4 of the journal: records 4 to 5 are missing',
  ]);
  expect(contentOf(`${line(1)}${line(3)}${line(2)}`).faults).toEqual([
    'line 2 of the journal: record 2 is missing',
    'line 3 of the journal: record 2 stands behind record 3',
  ]);
});

test('records of a newer program are known by their version', () => {
  expect(contentOf('{"v":2,"seq":1,"type":"a"}\n').newerVersion).toBeUndefined();
  expect(contentOf('{"v":2,"seq":1,"type":"a"}\n{"v":9,"seq":2,"type":"a"}\n').newerVersion).toBe(9);
});

type Fault = (write: number) => { short?: number; code?: string };

/** A journal on a disk that takes so many bytes of its n-th write and then reports an error. */
function onBadDisk(file: string, fault: Fault, { truncates = true } = {}) {
  let write = 0;
  const fail = (code: string) => {
    throw Object.assign(new Error(`${code}: it is so`), { code });
  };
  return openJournal(file, {
    open(path) {
      const real = openJournalFile(path);
      return {
        ...real,
        write(bytes) {
          write += 1;
          const { short, code } = fault(write);
          if (code && !short) fail(code);
          return real.write(bytes.subarray(0, short ?? bytes.length));
        },
        truncate: (bytes) => (truncates ? real.truncate(bytes) : fail('EIO')),
      };
    },
  });
}

const body = (by: string) => ({ type: 'stop-requested', by }) as const;

test('a record that is written in several pieces is whole', () => {
  const file = newFile();
  const journal = onBadDisk(file, (write) => (write < 9 ? { short: 3 } : {}));
  journal.append(body('a'));
  journal.close();
  expect(readJournal(file)).toHaveLength(1);
});

test.each([
  ['ENOSPC', 'no space is left on the disk'],
  ['EIO', 'the disk reports an error'],
])(
  '%s at any byte of any record: it is not there, nothing follows it, and there is room to go on later',
  (code, words) => {
    fc.assert(
      fc.property(fc.nat(4), fc.nat(90), fc.boolean(), (before, short, truncates) => {
        const file = newFile();
        let first = true;
        const fault: Fault = (write) => {
          if (write <= before) return {};
          if (!first || short === 0) return { code };
          first = false;
          return { short };
        };
        const journal = onBadDisk(file, fault, { truncates });
        const names = Array.from({ length: before }, (_, index) => `before ${index}`);
        for (const by of names) journal.append(body(by));
        const whole = `no record is as long as this one, whatever short is: ${'x'.repeat(90)}`;
        expect(() => journal.append(body(whole))).toThrow(`The run cannot be written down: ${words}`);
        expect(() => journal.append(body('later'))).toThrow('The run cannot be written down');
        journal.close();
        expect(readJournal(file)).toHaveLength(before);
        const again = openJournal(file);
        again.append(body('with room'));
        again.close();
        expect(contentOf(readFileSync(file, 'utf8')).faults).toEqual([]);
        expect(readJournal(file).map((record) => record.type === 'stop-requested' && record.by)).toEqual([
          ...names,
          'with room',
        ]);
      }),
      { numRuns: 60 },
    );
  },
);

test('a journal that another process writes into, or that was taken away, takes no more', () => {
  const file = newFile();
  const journal = openJournal(file);
  journal.append(body('a'));
  appendFileSync(file, '{"v":2,"seq":2,"type":"stop-requested","by":"another"}\n');
  expect(() => journal.append(body('b'))).toThrow('Something else has written into the journal');
  expect(readJournal(file)).toHaveLength(2);
  const gone = newFile();
  const other = openJournal(gone);
  rmSync(gone);
  expect(() => other.append(body('a'))).toThrow('was taken away');
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
