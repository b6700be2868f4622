import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { historySize, pruneHistory } from '../../../src/playbooks/runs/history.ts';
import { listRuns } from '../../../src/playbooks/runs/list-runs.ts';
import { readRecording } from '../../../src/playbooks/runs/recording.ts';
import { runPaths, runsFolder } from '../../../src/playbooks/runs/run-folder.ts';

const stored = new URL('../../fixtures/journals/', import.meta.url).pathname;

/** A stored run under another id, begun on this day of November. */
function put(name: string, id: string, day: number): void {
  const folder = join(runsFolder(), id);
  cpSync(join(stored, name), folder, { recursive: true });
  const { journal } = runPaths(folder);
  const text = readFileSync(journal, 'utf8').replace(/"startedAt":"2026-11-\d\d/, `"startedAt":"2026-11-${day}`);
  writeFileSync(journal, text);
}

const ids = async () => (await listRuns()).map(({ id }) => id);

beforeEach(() => {
  rmSync(runsFolder(), { recursive: true, force: true });
  mkdirSync(runsFolder(), { recursive: true });
});

test('the oldest finished runs go when there are too many; unfinished ones stay, however old', async () => {
  put('v1-killed', 'killed', 10);
  put('v1-not-met', 'not-met', 11);
  put('v1-done', 'old', 12);
  put('v1-verified', 'middle', 13);
  put('v1-done', 'new', 14);
  expect((await pruneHistory({ runs: 4, bytes: 10 ** 9 })).map(({ id }) => id)).toEqual(['old']);
  expect(await ids()).toEqual(['new', 'middle', 'not-met', 'killed']);
  await pruneHistory({ runs: 0, bytes: 10 ** 9 });
  expect(await ids()).toEqual(['not-met', 'killed']);
});

test('they go as well when they take up too much', async () => {
  put('v1-done', 'old', 12);
  put('v1-done', 'new', 14);
  const { bytes, runs } = await historySize();
  expect(runs).toBe(2);
  await pruneHistory({ runs: 200, bytes: bytes - 1 });
  expect(await ids()).toEqual(['new']);
  await pruneHistory({ runs: 200, bytes });
  expect(await ids()).toEqual(['new']);
});

test('a folder that stayed empty is taken away once it is old, and nothing else is', async () => {
  for (const name of ['fresh', 'old', 'full']) mkdirSync(join(runsFolder(), name));
  writeFileSync(join(runsFolder(), 'full', 'something'), '');
  for (const name of ['old', 'full']) utimesSync(join(runsFolder(), name), 1, 1);
  await pruneHistory();
  expect(() => mkdirSync(join(runsFolder(), 'old'))).not.toThrow();
  expect(() => mkdirSync(join(runsFolder(), 'fresh'))).toThrow('EEXIST');
  expect(() => mkdirSync(join(runsFolder(), 'full'))).toThrow('EEXIST');
});

test('a recording holds records, output and samples in the order of time', () => {
  put('v1-done', 'one', 12);
  const paths = runPaths(join(runsFolder(), 'one'));
  writeFileSync(
    paths.output,
    '2026-11-21T16:00:00.000Z s a line of output\n2026-11-21T16:00:01.000Z s done\nnonsense\n',
  );
  const events = readRecording(paths, { output: true });
  expect(events.filter(({ type }) => type === 'output')).toHaveLength(1);
  expect(events.some(({ type }) => type === 'sample')).toBe(true);
  const times = events.map(({ at }) => at);
  expect(times).toEqual(times.toSorted());
});
