import { expect, test } from 'vitest';
import { Problem } from '../../../src/base/errors.ts';
import type { RunEvent } from '../../../src/playbooks/runs/events.ts';
import { initialRunState, reduceRunEvents } from '../../../src/playbooks/runs/state.ts';
import type { StepContext } from '../../../src/playbooks/step-kind.ts';
import { playbookOf, results, stepsOf, type Tried, tryRun } from './engine.ts';

const template = (expression: string) => `\${{ ${expression} }}`;

/** Lets a step wait until another one has got somewhere. */
function signpost() {
  const reached = new Map<string, { promise: Promise<void>; reach: () => void }>();
  const post = (name: string) => {
    const known = reached.get(name);
    if (known) return known;
    let reach = () => {};
    const promise = new Promise<void>((resolve) => {
      reach = resolve;
    });
    reached.set(name, { promise, reach });
    return { promise, reach };
  };
  return { reach: (name: string) => post(name).reach(), until: (name: string) => post(name).promise };
}

function order({ records }: Pick<Tried, 'records'>): string[] {
  return records.flatMap((record) =>
    record.type === 'step-intent' ? [`> ${record.step}`] : record.type === 'step-result' ? [`< ${record.step}`] : [],
  );
}

/** Ends as its config says: `until` waits for the beginning of another step, `fail` fails. */
function actor() {
  const { reach, until } = signpost();
  return async (context: StepContext, config: Record<string, unknown>) => {
    reach(String(config.name));
    if (config.until) await until(String(config.until));
    if (config.fail) throw new Problem(String(config.fail));
    return config.say ? { outputs: { said: context.render(config.say) } } : {};
  };
}

test('a step without `needs` waits for all above it; one with `needs` only for those; `[]` begins at once', async () => {
  const tried = await tryRun({
    steps: [
      { id: 'a', config: { until: 'd' } },
      { id: 'b' },
      { id: 'c', needs: [] },
      { id: 'd', needs: ['c'] },
      { id: 'e' },
    ],
    act: actor(),
  });
  const seen = order(tried);
  expect(seen.slice(0, 2)).toEqual(['> a', '> c']);
  expect(seen.indexOf('> d')).toBeGreaterThan(seen.indexOf('< c'));
  expect(seen.indexOf('> d')).toBeLessThan(seen.indexOf('< a'));
  expect(seen.indexOf('> b')).toBeGreaterThan(seen.indexOf('< a'));
  expect(seen.slice(-2)).toEqual(['> e', '< e']);
});

test('no more steps than `at-once` run at the same time, and they begin in the order of the file', async () => {
  let running = 0;
  let most = 0;
  const tried = await tryRun({
    steps: Array.from({ length: 7 }, () => ({ needs: [] })),
    playbook: { atOnce: 3 },
    async act() {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return {};
    },
  });
  expect(most).toBe(3);
  const begun = order(tried).filter((line) => line.startsWith('>'));
  expect(begun).toEqual(['s1', 's2', 's3', 's4', 's5', 's6', 's7'].map((id) => `> ${id}`));
});

test('a failed step halts what has not begun; what runs beside it ends, and then comes what always runs', async () => {
  const { reach, until } = signpost();
  const act = actor();
  const tried = await tryRun({
    steps: [
      { id: 'good', needs: [] },
      { id: 'bad', needs: [], config: { fail: 'it broke' } },
      { id: 'after', needs: ['good'] },
      { id: 'tidy', needs: ['good'], always: true },
      { id: 'need', needs: ['bad'], always: true },
      { id: 'gather', always: true, config: { say: template('steps.bad.problem + ", " + steps.after.status') } },
    ],
    async act(context, config) {
      if (config.name === 'good') await until('the failure');
      return act(context, config);
    },
    onEvent: (event) => event.type === 'step-result' && event.step === 'bad' && reach('the failure'),
  });
  expect(results(tried).sort()).toEqual(['bad failed', 'gather done', 'good done', 'need skipped', 'tidy done']);
  expect(results(tried).at(-1)).toBe('gather done');
  expect(tried.records.at(-1)).toMatchObject({ outputs: { said: 'it broke, skipped' } });
  expect(tried).toMatchObject({ status: 'failed', at: 'bad' });
});

test('steps that stand side by side are a group of their own, seen by those around them', async () => {
  const tried = await tryRun({
    steps: [
      {
        id: 'both',
        kind: 'parallel',
        steps: stepsOf([
          { id: 'x', config: { until: 'y', say: 'X' } },
          { id: 'y', config: { until: 'x', say: 'Y' } },
          { id: 'z', needs: ['x', 'y'], config: { say: template('steps.x.outputs.said + steps.y.outputs.said') } },
        ]),
      },
      { id: 'last', config: { say: template('steps.z.outputs.said + steps.both.outputs.x.said') } },
    ],
    act: actor(),
  });
  expect(tried.status).toBe('done');
  expect(results(tried).slice(-2)).toEqual(['both done', 'last done']);
  expect(order(tried).slice(0, 3)).toEqual(['> both', '> both/x', '> both/y']);
  expect(tried.records.at(-1)).toMatchObject({ step: 'last', outputs: { said: 'XYX' } });
});

test('`foreach` runs its steps for each item, one after the other, and puts out a list', async () => {
  const tried = await tryRun({
    steps: [
      {
        id: 'regions',
        kind: 'foreach',
        config: { foreach: template('inputs.list.split(",").map(n, {"name": n})'), as: 'region' },
        steps: stepsOf([
          { id: 'make', config: { say: template('"made " + region.name') } },
          { id: 'tell', config: { say: template('steps.make.outputs.said + "!"') } },
        ]),
      },
      { id: 'last', config: { say: template('steps.regions.outputs.results[1].tell.said') } },
    ],
    inputs: { list: 'eu,us' },
    act: actor(),
  });
  expect(results(tried)).toEqual([
    ...['regions/eu/make done', 'regions/eu/tell done', 'regions/eu done'],
    ...['regions/us/make done', 'regions/us/tell done', 'regions/us done'],
    ...['regions done', 'last done'],
  ]);
  expect(tried.records.at(-1)).toMatchObject({ outputs: { said: 'made us!' } });
  const added = tried.records.find(({ type }) => type === 'steps-added');
  expect(added).toMatchObject({ after: 'regions', items: [{ name: 'eu' }, { name: 'us' }] });
  const state = reduceRunEvents(initialRunState, [started(['regions', 'last']), ...numbered(tried.records)]);
  expect(state.steps.map(({ id, depth, now }) => `${depth} ${id} ${now.status}`)).toEqual([
    '0 regions done',
    ...['1 regions/eu done', '2 regions/eu/make done', '2 regions/eu/tell done'],
    ...['1 regions/us done', '2 regions/us/make done', '2 regions/us/tell done'],
    '0 last done',
  ]);
});

test('items with the same name, or none, have ids of their own; no list is an error that says where', async () => {
  const steps = stepsOf([{ id: 'do' }]);
  const items = ['a/b', 'a b', 'a-b', { x: 1 }, {}];
  const tried = await tryRun({
    steps: [{ id: 'each', kind: 'foreach', config: { foreach: items, 'at-once': 9 }, steps }],
    act: () => ({}),
  });
  const ids = tried.records.flatMap((record) => (record.type === 'step-intent' ? [record.step] : []));
  expect(ids.filter((id) => id.endsWith('/do'))).toEqual(
    ['a-b', 'a-b-2', 'a-b-3', '4', '5'].map((id) => `each/${id}/do`),
  );
  const none = await tryRun({
    steps: [{ id: 'each', kind: 'foreach', config: { foreach: template('1.0') }, steps }],
    act: () => ({}),
  });
  expect(none.records.at(-1)).toMatchObject({
    status: 'failed',
    problem: { message: '`foreach` needs a list, and this is none: 1', where: '/it.yaml:0' },
  });
});

test('a resumed `foreach` goes on with the items that it began with', async () => {
  const trial = (list: string, act: () => object) => ({
    steps: [
      {
        id: 'each',
        kind: 'foreach',
        config: { foreach: template('inputs.list.split(",")') },
        steps: stepsOf([{ id: 'do' }]),
      },
    ],
    inputs: { list },
    act,
  });
  let runs = 0;
  const first = await tryRun(
    trial('a,b,c', () => {
      runs += 1;
      if (runs === 2) throw new Problem('it broke');
      return {};
    }),
  );
  expect(results(first).slice(-3)).toEqual(['each/b/do failed', 'each/b failed', 'each failed']);
  const resumed = await tryRun({ ...trial('x,y', () => ({})), folder: first.folder });
  expect(results(resumed).slice(-5)).toEqual([
    ...['each/b/do done', 'each/b done', 'each/c/do done', 'each/c done', 'each done'],
  ]);
});

test('what a group inside of another playbook puts out is there again on resuming', async () => {
  const called = playbookOf([{ id: 'a', config: { say: 'hello' } }]);
  const trial = {
    steps: [
      { id: 'call', kind: 'playbook', config: { playbook: 'test/it' } },
      { id: 'last', config: { say: template('steps.call.outputs.a.said') } },
    ],
    calls: { call: called },
  };
  const stopped = await tryRun({
    ...trial,
    act: async (context, config) => (config.name === 'last' ? new Promise(() => {}) : actor()(context, config)),
    onEvent(event, { control }) {
      if (event.type === 'step-intent' && event.step === 'last') setImmediate(control.stopNow);
    },
  });
  expect(stopped.status).toBe('stopped');
  const resumed = await tryRun({ ...trial, act: actor(), folder: stopped.folder });
  expect(resumed.records.at(-1)).toMatchObject({ step: 'last', status: 'done', outputs: { said: 'hello' } });
  expect(resumed.records.filter((record) => record.type === 'step-intent' && record.step === 'call/a')).toHaveLength(1);
});

test('stopped once, effects that run side by side end and waiting ends; stopped twice, all of it ends now', async () => {
  const trial = (again: boolean) => {
    let effectEnds = () => {};
    return tryRun({
      steps: [{ id: 'effect', needs: [] }, { id: 'waits', needs: [] }, { id: 'next' }],
      act(context, { name }) {
        return new Promise((resolve, reject) => {
          if (name === 'effect') effectEnds = () => resolve({});
          else context.waiting.addEventListener('abort', () => reject(context.waiting.reason));
        });
      },
      onEvent(event, { control }) {
        if (event.type !== 'step-intent' || event.step !== 'waits') return;
        setImmediate(() => {
          control.stop();
          if (again) control.stopNow();
          else setImmediate(() => effectEnds());
        });
      },
    });
  };
  const once = await trial(false);
  expect(results(once)).toEqual(['effect done']);
  expect(once.status).toBe('stopped');
  const twice = await trial(true);
  expect(results(twice)).toEqual([]);
  expect(twice.status).toBe('stopped');
});

test('steps side by side ask one after the other', async () => {
  const open: string[] = [];
  const tried = await tryRun({
    steps: [{ needs: [] }, { needs: [] }, { needs: [] }],
    interactive: true,
    act: async (context, { name }) => {
      await context.ask({ kind: 'confirm', text: `${name}?` });
      return {};
    },
    onEvent(event, { questions }) {
      if (event.type === 'question') {
        open.push(event.id);
        expect(open).toHaveLength(1);
        setImmediate(() => questions.answer(event.id, { kind: 'confirm', yes: true }, 'test'));
      } else if (event.type === 'answer') open.pop();
    },
  });
  expect(tried.status).toBe('done');
  expect(tried.records.filter(({ type }) => type === 'question')).toHaveLength(3);
});

/** The first record of a run that has these steps. */
function started(ids: string[]): RunEvent {
  const steps = ids.map((id) => ({ id, title: id, kind: 'act', depth: 0, group: false, equivalent: [] }));
  return { v: 2, seq: 1, at: '', type: 'run-started', run: { steps } as never, pid: 1 };
}

function numbered(records: Tried['records']): RunEvent[] {
  return records.map((record, index) => ({ ...record, seq: index + 2 }));
}

test('a step that holds others names what they put out, also for those who resume behind it', async () => {
  const steps = [
    {
      id: 'both',
      kind: 'parallel',
      steps: stepsOf([{ id: 'one' }, { id: 'two' }]),
      outputs: { sum: 'outputs.one.n + outputs.two.n' },
    },
    { id: 'last', config: { say: template('steps.both.outputs.sum') } },
  ];
  const trial = (broken: boolean, folder?: string) =>
    tryRun({
      steps,
      ...(folder ? { folder } : {}),
      act(context, { say }) {
        if (!say) return { outputs: { n: 21 } };
        if (broken) throw new Problem('not yet');
        return { summary: String(context.render(say)) };
      },
    });
  const { folder } = await trial(true);
  const resumed = await trial(false, folder);
  expect(resumed.records.at(-1)).toMatchObject({ step: 'last', status: 'done', summary: '42' });
});
