import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunHeader, RunRecord } from '../../../src/playbooks/runs/events.ts';
import { type Execution, readEarlier } from '../../../src/playbooks/runs/execution.ts';
import { headerDifferences } from '../../../src/playbooks/runs/header-differences.ts';
import { readJournal } from '../../../src/playbooks/runs/journal.ts';
import { createQuestions } from '../../../src/playbooks/runs/questions.ts';
import { acceptChanges, hasNews } from '../../../src/playbooks/runs/resuming.ts';
import { runPaths } from '../../../src/playbooks/runs/run-folder.ts';
import { createRunSink } from '../../../src/playbooks/runs/run-sink.ts';
import { initialRunState, reduceRunEvents } from '../../../src/playbooks/runs/state.ts';
import { createRunControl } from '../../../src/playbooks/runs/stopping.ts';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { results, type Trial, tryRun } from './engine.ts';

/** The folder of a run that was killed in the middle of its only step. */
async function killedIn(kind: Partial<StepKind>): Promise<string> {
  const { folder } = await tryRun({
    ...{ steps: [{ title: 'Push it' }], kind },
    act: () => new Promise(() => {}),
    onEvent: (event, { control }) => event.type === 'step-intent' && setImmediate(control.stopNow),
  });
  return folder;
}

function counting(): { act: Trial['act']; runs(): number } {
  let count = 0;
  const act = () => {
    count += 1;
    return {};
  };
  return { act, runs: () => count };
}

const answered = (value: string): Pick<Trial, 'interactive' | 'onEvent'> => ({
  interactive: true,
  onEvent(event, { questions }) {
    if (event.type === 'question') setImmediate(() => questions.answer(event.id, { kind: 'choice', value }, 'test'));
  },
});

test('what may be repeated is, and the record of it says why', async () => {
  const probe = async () => ({ done: false, reason: '1 of 2 replicas' });
  const folder = await killedIn({ effects: 'cluster' });
  const { act, runs } = counting();
  const resumed = await tryRun({ steps: [{}], act, probe, folder, kind: { effects: 'cluster' } });
  expect(runs()).toBe(1);
  expect(resumed.records).toContainEqual(
    expect.objectContaining({ type: 'step-intent', attempt: 2, found: '1 of 2 replicas' }),
  );
});

test.each([
  ['without a probe', {}],
  ['whose probe cannot tell', { probe: async () => ({ done: 'unknown' as const, reason: 'no registry' }) }],
  [
    'that cannot be reached',
    {
      probe: async () => {
        throw new Error('connection refused');
      },
    },
  ],
])('a step that acts outside the cluster, %s, is asked about', async (_, more) => {
  const kind = { effects: 'outside' as const, ...more };
  const folder = await killedIn(kind);
  const steps = [{ title: 'Push it' }];

  const alone = counting();
  const nobody = await tryRun({ steps, kind, act: alone.act, folder, assumeYes: true });
  expect(alone.runs()).toBe(0);
  expect(nobody).toMatchObject({ status: 'stopped', at: 's1', unanswered: true });
  expect(nobody.why).toMatch(
    /^Push it: it was running .* nobody knows whether it was done\. Look whether it was done, then/,
  );

  const stopped = await tryRun({ steps, kind, act: alone.act, folder, ...answered('stop') });
  expect(stopped.status).toBe('stopped');
  expect(results(stopped)).toEqual([]);

  const again = counting();
  const copy = await killedIn(kind);
  await tryRun({ steps, kind, act: again.act, folder: copy, ...answered('again') });
  expect(again.runs()).toBe(1);

  const done = await tryRun({ steps, kind, act: alone.act, folder, ...answered('done') });
  expect(alone.runs()).toBe(0);
  expect(done.records.at(-1)).toMatchObject({ status: 'done', summary: 'done already: so says a person' });
});

test('what a step has put out before it was cut off is there for later steps: by its probe, or by running it again', async () => {
  const steps = [{}, { when: 'steps.s1.outputs.changed' }];
  const kind = { effects: 'cluster' as const, before: async () => ({ was: 'red' }) };
  const done = { done: true, reason: 'it is as it should be' };
  const act: Trial['act'] = (_, { name }) => (name === 's1' ? { outputs: { changed: false } } : {});

  const told = await tryRun({
    ...{ steps, act, kind, folder: await killedIn(kind) },
    probe: async (_, __, before) => ({ ...done, outputs: { changed: (before as { was: string }).was === 'red' } }),
  });
  expect(results(told)).toEqual(['s1 done', 's2 done']);
  expect(told.records).toContainEqual(expect.objectContaining({ step: 's1', outputs: { changed: true } }));

  const untold = await tryRun({ steps, act, kind, folder: await killedIn(kind), probe: async () => done });
  expect(results(untold)).toEqual(['s1 done', 's2 skipped']);
  const [, again] = untold.records.filter(({ type }) => type === 'step-intent');
  expect(again).toMatchObject({ found: 'it is as it should be; what it puts out is known only by running it' });

  const unread = counting();
  await tryRun({ steps: [{}], act: unread.act, kind, folder: await killedIn(kind), probe: async () => done });
  expect(unread.runs()).toBe(0);
});

test('records that another process has added since they were read are seen', async () => {
  const { folder, records } = await tryRun({ steps: [{}], act: () => ({}) });
  const { journal } = runPaths(folder);
  expect(hasNews(records, journal)).toBe(false);
  expect(hasNews(records.slice(0, -1), journal)).toBe(true);
  expect(hasNews([], join(folder, 'none'))).toBe(false);
});

test('a question that was open when the process ended is asked again', async () => {
  const act: Trial['act'] = async (context) => {
    const answer = await context.ask({ kind: 'confirm', text: 'Go?' });
    return { summary: JSON.stringify(answer) };
  };
  const killed = await tryRun({
    ...{ steps: [{}], act, interactive: true },
    onEvent: (event, { control }) => event.type === 'question' && setImmediate(control.stopNow),
  });
  const resumed = await tryRun({ steps: [{}], act, folder: killed.folder, assumeYes: true });
  expect(resumed.records.flatMap((record) => (record.type === 'question' ? [record.id] : []))).toEqual(['q1', 'q2']);
  expect(resumed.status).toBe('done');
});

test('what always runs runs again after what failed was repaired', async () => {
  const steps = [{ config: { fails: true } }, { id: 'tidy', always: true }];
  const first = await tryRun({
    steps,
    act: (_, { fails }) => {
      if (fails) throw new Error('no');
      return {};
    },
  });
  expect(results(first)).toEqual(['s1 failed', 'tidy done']);
  endRun(first.folder);
  const resumed = await tryRun({ steps, act: () => ({}), folder: first.folder });
  expect(results(resumed)).toEqual(['s1 failed', 'tidy done', 's1 done', 'tidy done']);
});

test('what was skipped for the lack of something is done once that is there', async () => {
  const steps = [{ onFailure: 'continue' as const, config: { fails: true } }, { needs: ['s1'] }];
  const first = await tryRun({
    steps,
    act: () => {
      throw new Error('no');
    },
  });
  expect(results(first)).toEqual(['s1 failed', 's2 skipped']);
  const resumed = await tryRun({ steps, act: () => ({}), folder: first.folder });
  expect(results(resumed).slice(2)).toEqual(['s1 done', 's2 done']);
});

test('--from counts what it leaves out as done for those that need it', async () => {
  const tried = await tryRun({ steps: [{}, { needs: ['s1'] }], from: 's2', act: () => ({}) });
  expect(results(tried)).toEqual(['s1 skipped', 's2 done']);
});

const header: RunHeader = {
  ...{ id: 'r', playbook: 'tars/x', system: 'tars', title: 'X', sensitiveInputs: ['key'], hash: 'one' },
  cluster: { context: 'c', server: 'https://a', namespace: 'tars', sandbox: false },
  inputs: { tag: '1.0', rate: 5 },
  steps: ['a', 'b'].map((id) => ({ id, title: `Do ${id}`, kind: 'act', depth: 0, group: false, equivalent: [] })),
  files: { 'tars/x.yaml': '1', 'tars/manifests/hpa.yaml': '2', 'tars/manifests/pvc.yaml': '3' },
  ...{ manifests: 'bundled', assumeYes: false, programVersion: '0.1.0', startedAt: '2026-11-21T10:00:00.000Z' },
};

const changed: RunHeader = {
  ...{ ...header, hash: 'two', programVersion: '0.2.0', sensitiveInputs: ['password'] },
  cluster: { ...header.cluster, server: 'https://b' },
  inputs: { tag: '1.1', size: 'big' },
  steps: ['a', 'c'].map((id) => ({ id, title: `Do ${id}`, kind: 'act', depth: 0, group: false, equivalent: [] })),
  files: { 'tars/x.yaml': '9', 'tars/manifests/hpa.yaml': '2', 'tars/manifests/new.yaml': '4' },
};

test('what has changed is said file by file, input by input, step by step; sensitive inputs by their names', () => {
  expect(headerDifferences(header, header)).toEqual([]);
  expect(headerDifferences(header, changed)).toEqual([
    ...['tars/manifests/new.yaml is new', 'tars/manifests/pvc.yaml is gone', 'tars/x.yaml is different'],
    ...['Input rate: 5 → (not there)', 'Input size: (not there) → "big"', 'Input tag: "1.0" → "1.1"'],
    ...['Input password (sensitive) is new', 'Input key (sensitive) is gone'],
    ...['New step c: Do c', 'Step that is gone: b: Do b'],
    ...['Cluster: https://a → https://b', 'tars-console: 0.1.0 → 0.2.0'],
  ]);
});

test('a header from before files were told apart only knows that something is another', () => {
  const { files: _, ...old } = header;
  expect(headerDifferences(old, { ...header, hash: 'two' })).toEqual([
    'The playbook, its manifests or its inputs are not those that it began with',
  ]);
  expect(headerDifferences(old, header)).toEqual([]);
});

test('what has changed must be accepted, once; from then on the run has the steps of the changed playbook', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-run-'));
  const write = (body: Parameters<ReturnType<typeof createRunSink>['record']>[0]) => {
    const sink = createRunSink(runPaths(folder), () => {});
    sink.record(body);
    sink.close();
  };
  write({ type: 'run-started', run: header, pid: 1 });
  write({ type: 'step-intent', step: 'a', attempt: 1 });
  const resume = async (assumeYes: boolean) => {
    const records = readJournal(runPaths(folder).journal);
    const sink = createRunSink(runPaths(folder), () => {});
    const questions = createQuestions({ sink, assumeYes, interactive: false, asked: 0 });
    const parts = { sink, questions, control: createRunControl(), run: { id: 'r', folder } };
    try {
      await acceptChanges(changed, records, { ...parts, earlier: readEarlier(records) } as unknown as Execution);
    } finally {
      sink.close();
    }
    return readJournal(runPaths(folder).journal).slice(records.length);
  };
  await expect(resume(false)).rejects.toThrow('There is nobody to answer');
  const first = await resume(true);
  expect(first.map(({ type }) => type)).toEqual(['run-resumed', 'question', 'answer', 'run-resumed']);
  expect(first[0]).toMatchObject({ notes: expect.arrayContaining(['"Do a" has no result: it is looked at again']) });
  const again = await resume(false);
  expect(again.map(({ type }) => type)).toEqual(['run-resumed']);
  const state = reduceRunEvents(initialRunState, readJournal(runPaths(folder).journal));
  expect(state.steps.map(({ id }) => id)).toEqual(['a', 'c']);
  expect(state.run?.programVersion).toBe('0.2.0');
});

/** Adds the record with which a run that failed ends. */
function endRun(folder: string): RunRecord {
  const sink = createRunSink(runPaths(folder), () => {});
  const record = sink.record({ type: 'run-ended', status: 'failed', exitCode: 1, summary: 'failed' });
  sink.close();
  return record;
}
