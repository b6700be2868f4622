import fc from 'fast-check';
import fastJsonPatch from 'fast-json-patch';
import { expect, test, vi } from 'vitest';
import { parseCron } from '../../../src/sandbox/controllers/cron-schedule.ts';
import { rangesOf } from '../../../src/sandbox/controllers/job-indexes.ts';
import { mergePatchBetween, sameValue } from '../../../src/sandbox/controllers/merge-patch.ts';
import { createWorkQueue } from '../../../src/sandbox/controllers/work-queue.ts';

test('a key waits once, is never worked on twice at a time, and is taken up again when added meanwhile', async () => {
  const log: string[] = [];
  let release: () => void = () => {};
  const queue = createWorkQueue(async (key) => {
    log.push(`start ${key}`);
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    log.push(`end ${key}`);
  });
  queue.add('a');
  queue.add('a');
  expect(log).toEqual([]);
  queue.start();
  await vi.waitFor(() => expect(log).toEqual(['start a']));
  queue.add('a');
  queue.add('a');
  release();
  await vi.waitFor(() => expect(log).toEqual(['start a', 'end a', 'start a']));
  release();
  await vi.waitFor(() => expect(log).toHaveLength(4));
  queue.stop();
  queue.add('a');
  expect(log).toHaveLength(4);
});

test('an error is tried again later, with growing delays, and told', async () => {
  const times: number[] = [];
  const errors: string[] = [];
  const queue = createWorkQueue(
    async () => {
      times.push(Date.now());
      if (times.length < 4) throw new Error(`no ${times.length}`);
    },
    { firstRetryMs: 20, onError: (_, error) => errors.push(String(error)) },
  );
  queue.start();
  queue.add('a');
  await vi.waitFor(() => expect(times).toHaveLength(4));
  queue.stop();
  expect(errors).toEqual(['Error: no 1', 'Error: no 2', 'Error: no 3']);
  expect((times[3] ?? 0) - (times[2] ?? 0)).toBeGreaterThanOrEqual(75);
});

test('an earlier time takes the place of a later one', async () => {
  const done: string[] = [];
  const queue = createWorkQueue(async (key) => void done.push(key));
  queue.start();
  queue.addAfter('a', 60_000);
  queue.addAfter('a', 10);
  queue.addAfter('a', 60_000);
  await vi.waitFor(() => expect(done).toEqual(['a']));
  queue.stop();
});

test('a merge patch between two objects makes one of the other', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const tree = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)));
  const apply = (target: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> => {
    const result = { ...target };
    for (const [name, value] of Object.entries(patch)) {
      const old = result[name];
      const nested = value !== null && typeof value === 'object' && !Array.isArray(value);
      const oldMap = old !== null && typeof old === 'object' && !Array.isArray(old) ? old : {};
      if (value === null) delete result[name];
      else result[name] = nested ? apply(oldMap as Record<string, unknown>, value as Record<string, unknown>) : value;
    }
    return result;
  };
  fc.assert(
    fc.property(tree, tree, (before, after) => {
      const patch = mergePatchBetween(before, after);
      expect(apply(before, patch ?? {})).toEqual(after);
      expect(patch === undefined).toBe(sameValue(before, after));
      expect(sameValue(before, after)).toBe(fastJsonPatch.compare(before, after).length === 0);
    }),
  );
});

test.each([
  ['*/15 * * * *', '2026-03-01T12:15:00Z'],
  ['30 2 * * *', '2026-03-02T02:30:00Z'],
  ['0 0 1 1 *', '2027-01-01T00:00:00Z'],
  ['@hourly', '2026-03-01T13:00:00Z'],
  ['0 9 * * mon-fri', '2026-03-02T09:00:00Z'],
  ['0 0 13 * 5', '2026-03-06T00:00:00Z'],
  ['5 12 * * 0', '2026-03-01T12:05:00Z'],
  ['0 0 29 2 *', '2028-02-29T00:00:00Z'],
])('`%s` comes next at %s', (line, expected) => {
  const next = parseCron(line)?.next(Date.parse('2026-03-01T12:00:00Z'));
  expect(next && new Date(next).toISOString()).toBe(new Date(expected).toISOString());
});

test.each(['', '* * * *', '61 * * * *', '* * * * 7', 'a * * * *', '*/0 * * * *', '5-1 * * * *'])(
  '`%s` is no cron line',
  (line) => expect(parseCron(line)).toBeUndefined(),
);

test('a day that never comes is not waited for', () => {
  expect(parseCron('0 0 31 2 *')?.next(0)).toBeUndefined();
});

test('indexes are written as ranges', () => {
  expect(rangesOf([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7,8');
  expect(rangesOf([])).toBe('');
});
