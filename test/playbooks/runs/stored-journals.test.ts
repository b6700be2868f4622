import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { attachToFolder } from '../../../src/playbooks/runs/attach.ts';
import { eventSchema } from '../../../src/playbooks/runs/event-schema.ts';
import { type Earlier, readEarlier } from '../../../src/playbooks/runs/execution.ts';
import { contentOf, readJournal } from '../../../src/playbooks/runs/journal.ts';
import { findRun, isUnfinished, listRuns } from '../../../src/playbooks/runs/list-runs.ts';
import { runPaths, runsFolder } from '../../../src/playbooks/runs/run-folder.ts';
import { readRequest } from '../../../src/playbooks/runs/run-request.ts';
import { resumeRun } from '../../../src/playbooks/runs/start.ts';
import { initialRunState, reduceRunEvents } from '../../../src/playbooks/runs/state.ts';

const stored = new URL('../../fixtures/journals/', import.meta.url).pathname;
const names = readdirSync(stored);
const state = (name: string) => reduceRunEvents(initialRunState, readJournal(join(stored, name, 'journal.ndjson')));

/** As if the run of this program's first version lay where this user's runs lie. */
function install(name: string): string {
  const { id } = readRequest(join(stored, name));
  cpSync(join(stored, name), join(runsFolder(), id), { recursive: true });
  return id;
}

beforeEach(() => mkdirSync(runsFolder(), { recursive: true }));

test.each(names)('%s: every record of an older program fits the schema and is known', (name) => {
  const text = readFileSync(join(stored, name, 'journal.ndjson'), 'utf8');
  expect(contentOf(text).faults).toEqual([]);
  for (const line of text.trim().split('\n')) eventSchema.parse(JSON.parse(line));
  expect(state(name)).toMatchObject({ unknown: 0 });
  expect(state(name).steps.length).toBeGreaterThan(3);
});

test('older runs are listed as they ended', async () => {
  const expected = { 'v1-done': 'done', 'v1-killed': 'interrupted', 'v1-not-met': 'not-met', 'v1-verified': 'done' };
  for (const [name, status] of Object.entries(expected)) {
    const run = await findRun(install(name));
    expect({ name, status: run.status }).toEqual({ name, status });
    expect(isUnfinished(run)).toBe(status !== 'done');
    expect(run).toMatchObject({ faults: [], newerVersion: undefined, system: 'tars' });
  }
});

test('what an older run has done is known to whoever goes on with it', () => {
  const earlier: Earlier = readEarlier(readJournal(join(stored, 'v1-killed', 'journal.ndjson')));
  expect(earlier.open.size).toBe(1);
  expect([...earlier.results.values()].every(({ status }) => status === 'done' || status === 'skipped')).toBe(true);
  expect(readRequest(join(stored, 'v1-killed'))).toMatchObject({ version: 1, playbook: 'tars/deploy' });
});

test('an older run is shown with its load test', async () => {
  const id = install('v1-done');
  const run = attachToFolder(id, runPaths(join(runsFolder(), id)).folder);
  let shown = initialRunState;
  for await (const event of run.events) shown = reduceRunEvents(shown, [event]);
  expect(shown.samples.length).toBeGreaterThan(10);
  expect(shown.load?.thresholds.length).toBeGreaterThan(0);
  expect(shown.ended?.status).toBe('done');
});

test('records of a newer program are counted; a run of a newer version is shown and not gone on with', async () => {
  const id = install('v1-killed');
  const { journal } = runPaths(join(runsFolder(), id));
  const text = readFileSync(journal, 'utf8');
  const seq = readJournal(journal).length;
  const next = (v: number) => `{"v":${v},"seq":${seq + 1},"at":"2026-11-21T16:00:00.000Z","type":"of-tomorrow"}\n`;
  writeFileSync(journal, text + next(2));
  expect((await findRun(id)).state.unknown).toBe(1);
  expect((await findRun(id)).newerVersion).toBeUndefined();
  writeFileSync(journal, text + next(99));
  const newer = (await listRuns()).find((run) => run.id === id);
  expect(newer).toMatchObject({ newerVersion: 99, title: 'Deploy applications' });
  await expect(resumeRun(id)).rejects.toThrow(`A newer tars-console made this run: ${id}`);
});

test('a run that ended before its first record is listed, and so is one whose journal somebody has changed', async () => {
  const id = install('v1-killed');
  const { journal } = runPaths(join(runsFolder(), id));
  const lines = readFileSync(journal, 'utf8').split('\n');
  writeFileSync(journal, lines.with(2, 'no record').join('\n'));
  expect((await findRun(id)).faults[0]).toBe('line 3 of the journal is no record');
  writeFileSync(journal, '');
  expect(await findRun(id)).toMatchObject({ status: 'running', summary: 'is starting', title: 'tars/deploy' });
});
