import { expect, test } from 'vitest';
import { Problem } from '../../../src/base/errors.ts';
import type { RunEvent } from '../../../src/playbooks/runs/events.ts';
import type { Execution } from '../../../src/playbooks/runs/execution.ts';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { playbookOf, results, stepsOf, type Trial, type Tried, tryRun } from './engine.ts';

const template = (expression: string) => `\${{ ${expression} }}`;

/** A kind that keeps what it made, remembers how it was before, and takes that back. */
function maker(failing: ReadonlySet<string> = new Set()) {
  const made: string[] = [];
  const undone: string[] = [];
  const kind: Partial<StepKind> = {
    effects: 'cluster',
    before: async ({ name }) => ({ had: made.includes(String(name)) }),
    planUndo: async ({ name }) => ({
      ...{ certainty: 'previewed', summary: 'deletes it' },
      changes: [{ object: `Thing/${name}`, action: 'delete', data: [`volume-${name}`] }],
    }),
    undo: async ({ name }, _, before) => {
      undone.push(`${name} ${JSON.stringify(before)}`);
      if (failing.has(`undo ${name}`)) throw new Problem(`${name} stays`);
      made.splice(made.indexOf(String(name)), 1);
      return { summary: 'deleted' };
    },
  };
  const act: Trial['act'] = (context, { name, say }) => {
    made.push(String(name));
    if (failing.has(String(name))) throw new Problem(`${name} broke`);
    return say ? { summary: String(context.render(say)) } : {};
  };
  return { kind, act, made, undone };
}

/** Answers what is asked, in order. */
function answering(...answers: ('yes' | 'no' | 'retry' | 'skip' | 'undo' | 'stop')[]) {
  const rest = [...answers];
  const asked: Extract<RunEvent, { type: 'question' }>['question'][] = [];
  const onEvent = (event: RunEvent, { questions }: Execution) => {
    if (event.type !== 'question') return;
    asked.push(event.question);
    const choice = rest.shift();
    setImmediate(() => {
      if (choice === 'yes' || choice === 'no')
        questions.answer(event.id, { kind: 'confirm', yes: choice === 'yes' }, '');
      else if (choice) questions.answer(event.id, { kind: 'failure', choice }, '');
    });
  };
  return { asked, onEvent };
}

function undoings({ records }: Pick<Tried, 'records'>): string[] {
  return records.flatMap((record) =>
    record.type === 'undo-intent'
      ? [`> ${record.step}`]
      : record.type === 'undo-result'
        ? [`< ${record.step} ${record.status}`]
        : [],
  );
}

test('a rescue repairs what failed and sees why; the step counts as done, and the run goes on', async () => {
  const { act, kind } = maker(new Set(['a']));
  const rescue = stepsOf([
    { id: 'r1', config: { say: template('steps.a.problem + "; " + steps.a.status') } },
    { id: 'r2' },
  ]);
  const tried = await tryRun({
    steps: [
      { id: 'a', onFailure: 'rescue', rescue },
      { id: 'b', needs: ['a'] },
    ],
    act,
    kind,
  });
  expect(results(tried)).toEqual([
    ...['a failed', 'a/rescue/r1 done', 'a/rescue/r2 done', 'a/rescue done', 'a done', 'b done'],
  ]);
  expect(tried.status).toBe('done');
  const summaries = tried.records.flatMap((record) => (record.type === 'step-result' ? (record.summary ?? []) : []));
  expect(summaries).toEqual(['a broke; failed', '2 steps done', 'rescued: a broke']);
});

const rescued = [{ id: 'a', onFailure: 'rescue' as const, rescue: stepsOf([{ id: 'r1' }, { id: 'r2' }]) }, { id: 'b' }];

test('a rescue that fails ends the run; resuming tries the step again, for it may have been repaired', async () => {
  const first = await tryRun({ steps: rescued, ...maker(new Set(['a', 'r2'])) });
  expect(results(first)).toEqual(['a failed', 'a/rescue/r1 done', 'a/rescue/r2 failed', 'a/rescue failed']);
  expect(first).toMatchObject({ status: 'failed', at: 'a/rescue/r2' });
  const repaired = maker();
  const resumed = await tryRun({ steps: rescued, ...repaired, folder: first.folder });
  expect(repaired.made).toEqual(['a', 'b']);
  expect(results(resumed).slice(4)).toEqual(['a done', 'b done']);
  expect(resumed.status).toBe('done');
});

test('a step that fails once more after a rescue that failed is rescued anew, from the first step of it', async () => {
  const first = await tryRun({ steps: rescued, ...maker(new Set(['a', 'r2'])) });
  const again = maker(new Set(['a']));
  const resumed = await tryRun({ steps: rescued, ...again, folder: first.folder });
  expect(again.made).toEqual(['a', 'r1', 'r2', 'b']);
  expect(results(resumed).slice(4)).toEqual([
    ...['a failed', 'a/rescue/r1 done', 'a/rescue/r2 done', 'a/rescue done', 'a done', 'b done'],
  ]);
});

test('a rescue that was cut short is gone on with; the step that it rescues is not tried again', async () => {
  const first = await tryRun({
    steps: rescued,
    ...maker(new Set(['a'])),
    onEvent(event, { control }) {
      if (event.type === 'step-result' && event.step === 'a/rescue/r1') control.stop();
    },
  });
  expect(first.status).toBe('stopped');
  const again = maker();
  const resumed = await tryRun({ steps: rescued, ...again, folder: first.folder });
  expect(again.made).toEqual(['r2', 'b']);
  expect(results(resumed).slice(-4)).toEqual(['a/rescue/r2 done', 'a/rescue done', 'a done', 'b done']);
  expect(resumed.status).toBe('done');
});

test('`undo` takes back what the failed step did, after it was previewed and confirmed', async () => {
  const { asked, onEvent } = answering('yes');
  const { act, kind, made, undone } = maker(new Set(['b']));
  const steps = [{ id: 'a' }, { id: 'b', title: 'Make b', onFailure: 'undo' as const }, { id: 'c' }];
  const tried = await tryRun({ steps, act, kind, interactive: true, onEvent });
  expect(asked).toEqual([
    {
      ...{ kind: 'confirm', text: 'Take back what "Make b" did?', dangerous: true },
      details: ['Make b: deletes it', '  delete Thing/b', '    data that is lost: volume-b'],
    },
  ]);
  expect(undoings(tried)).toEqual(['> b', '< b done']);
  expect(undone).toEqual(['b {"had":false}']);
  expect(made).toEqual(['a']);
  expect(tried).toMatchObject({ status: 'failed', at: 'b', why: 'what was done was taken back' });
});

test('`undo-all` takes back all that the run did, newest first; what stays is said, and --yes agrees', async () => {
  const { act, kind, made, undone } = maker(new Set(['e']));
  const inner = playbookOf([{ id: 'c' }, { id: 'd', undo: 'never', title: 'Keep d' }]);
  const tried = await tryRun({
    steps: [
      { id: 'a' },
      { id: 'b', undo: 'steps', undoSteps: stepsOf([{ id: 'u1' }, { id: 'u2' }]) },
      { id: 'call', kind: 'playbook' },
      { id: 'e', onFailure: 'undo-all' },
    ],
    calls: { call: inner },
    ...{ act, kind, assumeYes: true },
  });
  expect(undoings(tried)).toEqual([
    ...['> e', '< e done', '> call/c', '< call/c done', '> b', '< b done', '> a', '< a done'],
  ]);
  expect(undone).toEqual(['e', 'c', 'a'].map((id) => `${id} {"had":false}`));
  expect(results(tried).slice(-3)).toEqual(['b/undo/u1 done', 'b/undo/u2 done', 'b/undo done']);
  expect(made).toEqual(['b', 'd', 'u1', 'u2']);
  expect(tried.why).toBe('what was done was taken back; Keep d: it is never taken back');
});

test('nothing is taken back on a no, or where nobody can be asked; and that is said', async () => {
  const steps = [{ id: 'a', onFailure: 'undo' as const }];
  const no = await tryRun({ steps, ...maker(new Set(['a'])), interactive: true, onEvent: answering('no').onEvent });
  expect(undoings(no)).toEqual([]);
  expect(no.why).toBe('nothing was taken back, as was answered');
  const nobody = await tryRun({ steps, ...maker(new Set(['a'])) });
  expect(undoings(nobody)).toEqual([]);
  expect(nobody.why).toContain('nothing was taken back: There is nobody to answer. Give --yes');
});

test('the question after a failure offers undo where the kind can, and not where the playbook says never', async () => {
  const { asked, onEvent } = answering('undo', 'yes');
  const tried = await tryRun({ steps: [{ id: 'a' }], ...maker(new Set(['a'])), interactive: true, onEvent });
  expect(asked[0]).toMatchObject({ kind: 'failure', choices: ['retry', 'skip', 'undo', 'stop'] });
  expect(undoings(tried)).toEqual(['> a', '< a done']);
  const never = answering('stop');
  await tryRun({
    ...{ steps: [{ id: 'a', undo: 'never' }], ...maker(new Set(['a'])), interactive: true },
    onEvent: never.onEvent,
  });
  expect(never.asked[0]).toMatchObject({ choices: ['retry', 'skip', 'stop'] });
});

test('a step that failed twice is led back to how it was before the first time', async () => {
  const { onEvent } = answering('retry', 'undo', 'yes');
  const { act, kind, undone } = maker(new Set(['a']));
  await tryRun({ steps: [{ id: 'a' }], act, kind, interactive: true, onEvent });
  expect(undone).toEqual(['a {"had":false}']);
});

test('undoing that was cut short, or failed, is taken up again on resuming; then the run may begin anew', async () => {
  const steps = [{ id: 'a' }, { id: 'b' }, { id: 'c', onFailure: 'undo-all' as const }];
  for (const trouble of ['killed', 'failed']) {
    const world = maker(new Set(['c', ...(trouble === 'failed' ? ['undo b'] : [])]));
    const first = await tryRun({
      ...{ steps, act: world.act, kind: world.kind, assumeYes: true },
      onEvent(event, { control }) {
        if (trouble === 'killed' && event.type === 'undo-intent' && event.step === 'b') control.stopNow();
      },
    });
    expect(undoings(first).slice(0, 3)).toEqual(['> c', '< c done', '> b']);
    const then = maker();
    const second = await tryRun({ steps, act: then.act, kind: then.kind, folder: first.folder });
    expect(undoings(second).slice(-4)).toEqual(['> b', '< b done', '> a', '< a done']);
    expect(then.made).toEqual([]);
    expect(second).toMatchObject({ status: 'failed', why: 'what was done was taken back' });
    const third = await tryRun({ steps, act: then.act, kind: then.kind, folder: first.folder });
    expect(then.made).toEqual(['a', 'b', 'c']);
    expect(third.status).toBe('done');
  }
});

test('what only looked at things looks at them again after they were taken back and made anew', async () => {
  const steps = [
    { id: 'a' },
    { id: 'look', kind: 'parallel', steps: stepsOf([{ id: 'l', kind: 'look' }]) },
    { id: 'c', onFailure: 'undo-all' as const },
  ];
  const world = maker(new Set(['c']));
  const first = await tryRun({ steps, act: world.act, kind: world.kind, assumeYes: true });
  const resumed = await tryRun({ steps, ...maker(), folder: first.folder });
  expect(resumed.records.flatMap((record) => (record.type === 'step-intent' ? [record.step] : [])).slice(4)).toEqual([
    ...['a', 'look', 'look/l', 'c'],
  ]);
});
