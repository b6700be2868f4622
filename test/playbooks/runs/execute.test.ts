import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Problem } from '../../../src/base/errors.ts';
import { retryPause } from '../../../src/playbooks/runs/attempt.ts';
import { playbookOf, results, tryRun } from './engine.ts';

const done = () => ({});
const template = (before: string, expression: string) => `${before}\${{ ${expression} }}`;

test('each step’s intent is on the disk before it acts and its result after, in order', async () => {
  const seen: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-run-'));
  const tried = await tryRun({
    folder,
    steps: [{}, {}],
    act(context) {
      const file = readFileSync(join(folder, 'journal.ndjson'), 'utf8').trim().split('\n');
      seen.push(String((JSON.parse(file.at(-1) ?? '{}') as { type: string }).type));
      context.output('hello');
      return { summary: 'ok' };
    },
  });
  expect(seen).toEqual(['step-intent', 'step-intent']);
  expect(tried.records.map(({ type }) => type)).toEqual(['step-intent', 'step-result', 'step-intent', 'step-result']);
  expect(tried.status).toBe('done');
});

test('a failure ends the run, but for what always runs; and nothing after it is begun', async () => {
  const tried = await tryRun({
    steps: [{}, { config: { fail: true } }, { always: true }, {}],
    act: (_, config) => (config.fail ? fail() : done()),
  });
  expect(results(tried)).toEqual(['s1 done', 's2 failed', 's3 done']);
  expect(tried).toMatchObject({ status: 'failed', at: 's2' });
});

test('a playbook may go on after a failure, and the run still counts as failed', async () => {
  const tried = await tryRun({
    steps: [{ config: { fail: true }, onFailure: 'continue' }, {}],
    act: (_, config) => (config.fail ? fail() : done()),
  });
  expect(results(tried)).toEqual(['s1 failed', 's2 done']);
  expect(tried.status).toBe('failed');
});

test('steps are skipped by `when`, by a need that was not done, and on the sandbox, each with its reason', async () => {
  const tried = await tryRun({
    steps: [
      { when: 'inputs.a == 2.0' },
      { needs: ['s1'] },
      { rehearse: 'skip' },
      { when: 'steps.s1.status == "skipped"' },
    ],
    inputs: { a: 1 },
    speed: { sandbox: true },
    act: done,
  });
  const reasons = tried.records.map((record) => (record.type === 'step-result' ? record.summary : undefined));
  expect(results(tried)).toEqual(['s1 skipped', 's2 skipped', 's3 skipped', 's4 done']);
  expect(reasons.filter(Boolean)).toEqual([
    'only when a is 2',
    'it needs s1, which was not done',
    'it is not for the sandbox',
  ]);
});

test('a `when` that cannot be evaluated fails its step and says where', async () => {
  const tried = await tryRun({ steps: [{ when: 'inputs.missing == 1.0' }], act: done });
  const [record] = tried.records;
  expect(record).toMatchObject({ type: 'step-result', status: 'failed', problem: { where: '/it.yaml:0' } });
});

test('outputs are named by the step and read by later ones', async () => {
  const tried = await tryRun({
    steps: [
      { outputs: { twice: 'outputs.n * 2.0', word: template('v', 'n') } },
      { config: { say: template('', 'steps.s1.outputs.twice') } },
    ],
    act: (context, config) =>
      config.say ? { summary: String(context.render(config.say)) } : { outputs: { n: 21 }, locals: { n: 21 } },
  });
  expect(tried.records).toContainEqual(expect.objectContaining({ step: 's2', summary: '42' }));
  expect(tried.records).toContainEqual(
    expect.objectContaining({ step: 's1', outputs: { n: 21, twice: 42, word: 'v21' } }),
  );
});

test('a retry tries again until it is done, and says how often it tried when it gives up', async () => {
  let tries = 0;
  const good = await tryRun({
    steps: [{ retry: { times: 5, everyMs: 1 } }],
    act: () => (++tries < 3 ? fail('not yet') : { summary: `after ${tries}` }),
  });
  expect(good.records.at(-1)).toMatchObject({ status: 'done', summary: 'after 3' });
  const bad = await tryRun({ steps: [{ retry: { times: 2, everyMs: 1 } }], act: () => fail('never') });
  expect(bad.records.at(-1)).toMatchObject({ status: 'failed', problem: { message: 'never' } });
  expect(JSON.stringify(bad.records.at(-1))).toContain('Tried 2 times');
});

test('the pause between two tries grows by its back-off, up to what it may be', () => {
  const pauses = (retry: Parameters<typeof retryPause>[0]) => [1, 2, 3, 4, 5].map((tried) => retryPause(retry, tried));
  expect(pauses({ times: 9, everyMs: 1000 })).toEqual([1000, 1000, 1000, 1000, 1000]);
  expect(pauses({ times: 9, everyMs: 1000, backOff: 2, atMostMs: 5000 })).toEqual([1000, 2000, 4000, 5000, 5000]);
  expect(pauses({ times: 9 })[0]).toBe(2000);
});

test('a fault of the program is not tried again', async () => {
  let tries = 0;
  const tried = await tryRun({
    steps: [{ retry: { times: 5, everyMs: 1 } }],
    act() {
      tries += 1;
      throw new TypeError('x is undefined');
    },
  });
  expect(tries).toBe(1);
  expect(tried.records.at(-1)).toMatchObject({
    problem: { message: 'A fault of tars-console itself: x is undefined' },
  });
});

test('a step that is silent for too long raises an alarm and goes on; one that says something raises none', async () => {
  let end = () => {};
  const silent = await tryRun({
    steps: [{ idleTimeoutMs: 30 }],
    act: (context) => {
      context.progress('waits for a lock');
      return new Promise((resolve) => {
        end = () => resolve({});
      });
    },
    onEvent: (event) => event.type === 'alarm' && end(),
  });
  expect(silent.status).toBe('done');
  expect(silent.events).toContainEqual(
    expect.objectContaining({
      type: 'alarm',
      step: 's1',
      text: expect.stringMatching(/^nothing has happened for .*s: waits for a lock$/),
    }),
  );
  const talking = await tryRun({
    steps: [{ idleTimeoutMs: 3000 }],
    async act(context) {
      for (let count = 0; count < 8; count += 1) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        context.progress(`at ${count}`);
      }
      return {};
    },
  });
  expect(talking.events.map(({ type }) => type)).not.toContain('alarm');
});

test('a person may retry, skip or stop after a failure; each answer is recorded', async () => {
  for (const [choice, expected] of [
    ['retry', ['s1 failed', 's1 done', 's2 done']],
    ['skip', ['s1 failed', 's1 skipped', 's2 done']],
    ['stop', ['s1 failed']],
  ] as const) {
    let tries = 0;
    const tried = await tryRun({
      steps: [{ config: { first: true } }, {}],
      interactive: true,
      act: (_, config) => (config.first && ++tries === 1 ? fail() : done()),
      onEvent(event, execution) {
        if (event.type === 'question')
          setImmediate(() => execution.questions.answer(event.id, { kind: 'failure', choice }, 'test'));
      },
    });
    expect(results(tried)).toEqual(expected);
    expect(tried.records).toContainEqual(
      expect.objectContaining({ type: 'answer', answer: { kind: 'failure', choice } }),
    );
    expect(tried.status).toBe(choice === 'stop' ? 'failed' : 'done');
  }
});

test('yes is given by --yes to a confirmation and never to what must be typed', async () => {
  const confirmed = await tryRun({
    steps: [{}],
    assumeYes: true,
    act: async (context) => ({ summary: JSON.stringify(await context.ask({ kind: 'confirm', text: 'Go?' })) }),
  });
  expect(confirmed.records.at(-1)).toMatchObject({ summary: '{"kind":"confirm","yes":true}' });
  const typed = await tryRun({
    steps: [{}],
    assumeYes: true,
    act: async (context) => ({
      summary: JSON.stringify(
        await context.ask({ kind: 'typed', text: 'Type it', expect: 'tars', input: 'confirmName' }),
      ),
    }),
  });
  expect(typed.records.at(-1)).toMatchObject({ status: 'failed', problem: { message: 'There is nobody to answer' } });
  expect(JSON.stringify(typed.records.at(-1))).toContain('--set confirmName=tars');
});

test('stopping lets the running effect end, waits no longer, and the resumed run goes on from there', async () => {
  const tried = await tryRun({
    steps: [{}, { config: { waits: true } }, {}],
    act(context, config) {
      if (!config.waits) return {};
      return new Promise((_, reject) => {
        context.waiting.addEventListener('abort', () => reject(context.waiting.reason));
      });
    },
    onEvent(event, execution) {
      if (event.type === 'step-intent' && event.step === 's2') setImmediate(execution.control.stop);
    },
  });
  expect(results(tried)).toEqual(['s1 done']);
  expect(tried.status).toBe('stopped');
  let first = 0;
  const resumed = await tryRun({
    steps: [{ config: { counted: true } }, {}, {}],
    act: (_, config) => {
      if (config.counted) first += 1;
      return {};
    },
    folder: tried.folder,
  });
  expect(first).toBe(0);
  expect(results(resumed)).toEqual(['s1 done', 's2 done', 's3 done']);
});

test('an intent without a result is probed on resuming: what is done is not done again', async () => {
  const stopped = await tryRun({
    steps: [{}],
    act: () => new Promise(() => {}),
    onEvent(event, execution) {
      if (event.type === 'step-intent') setImmediate(execution.control.stopNow);
    },
  });
  expect(results(stopped)).toEqual([]);
  let runs = 0;
  const act = () => {
    runs += 1;
    return {};
  };
  const probe = async () => ({ done: true, reason: 'it stands there' });
  const resumed = await tryRun({ steps: [{}], act, probe, folder: stopped.folder });
  expect(runs).toBe(0);
  expect(resumed.records.at(-1)).toMatchObject({ status: 'done', summary: 'done already: it stands there' });
});

test('a called playbook’s steps run in its place with its own inputs, and it ends where they end', async () => {
  const called = playbookOf([{ id: 'a' }, { id: 'b', config: { fail: true } }], {
    inputs: { tag: { description: 'x', type: 'string' } },
  });
  const tried = await tryRun({
    steps: [
      { id: 'call', kind: 'playbook', config: { playbook: 'test/it', with: { tag: template('v', 'inputs.n') } } },
      {},
    ],
    calls: { call: called },
    inputs: { n: 3 },
    act: (context, config) =>
      config.fail ? fail() : { summary: String((context.scope.inputs as { tag: string }).tag) },
  });
  expect(results(tried)).toEqual(['call/a done', 'call/b failed', 'call failed']);
  expect(tried.records).toContainEqual(expect.objectContaining({ step: 'call/a', summary: 'v3' }));
  expect(tried).toMatchObject({ status: 'failed', at: 'call/b' });
});

test('--from and --only leave steps out and say so; a wrong name is an error', async () => {
  const steps = [{}, {}, {}];
  expect(results(await tryRun({ steps, act: done, from: 's2' }))).toEqual(['s1 skipped', 's2 done', 's3 done']);
  expect(results(await tryRun({ steps, act: done, only: 's2' }))).toEqual(['s1 skipped', 's2 done', 's3 skipped']);
  await expect(tryRun({ steps, act: done, only: 's9' })).rejects.toThrow('There is no step s9');
});

test('a secret is in no byte of the run’s folder, in whatever way a step says it', async () => {
  const secret = 'hunter2-&-"quoted"';
  const tried = await tryRun({
    steps: [{}, {}],
    secrets: { password: secret },
    act(context) {
      const value = context.secret('password') ?? '';
      context.output(`the password is ${value}`);
      context.progress(Buffer.from(value).toString('base64'));
      return {
        summary: encodeURIComponent(value),
        outputs: { [value]: { nested: [`x${value}y`] } },
        findings: [{ title: value, level: 'ok', expected: '', observed: JSON.stringify(value) }],
      };
    },
  });
  const written = readdirSync(tried.folder)
    .map((name) => readFileSync(join(tried.folder, name), 'utf8'))
    .join('');
  const heard = JSON.stringify(tried.events);
  for (const form of [secret, 'hunter2', encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
    expect(written).not.toContain(form);
    expect(heard).not.toContain(form);
  }
  expect(written).toContain('the password is ••••••');
});

function fail(message = 'it broke'): never {
  throw new Problem(message);
}
