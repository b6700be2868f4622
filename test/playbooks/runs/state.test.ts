import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent, RunHeader } from '../../../src/playbooks/runs/events.ts';
import {
  initialRunState,
  keptLines,
  keptSamples,
  reduceRun,
  reduceRunEvents,
} from '../../../src/playbooks/runs/state.ts';

const at = '2026-11-21T10:00:00.000Z';
const ids = ['one', 'two', 'two/inner', 'three'];
const header: RunHeader = {
  id: '2026-11-21-deploy-abcd',
  playbook: 'tars/deploy',
  system: 'tars',
  title: 'Deploy',
  cluster: { context: 'sandbox', server: 'https://127.0.0.1:1', namespace: 'tars', sandbox: true },
  inputs: {},
  sensitiveInputs: [],
  steps: ids.map((id) => ({ id, title: id, kind: 'apply', depth: 0, group: id === 'two', equivalent: [] })),
  hash: 'x',
  manifests: 'bundled',
  assumeYes: true,
  programVersion: '0.1.0',
  startedAt: at,
};

const sample = (t: number) => ({
  ...{ t, phase: 'sustained' as const, target: 1, scheduled: 1, sent: 1, done: 1, errors: 0, cacheHits: 0 },
  ...{ cacheLookups: 0, inFlight: 0, queued: 0, statuses: {}, latency: undefined, lagP99: 0 },
});

const step = fc.constantFrom(...ids, 'unheard-of');
const body = fc.oneof(
  fc.record({ type: fc.constant('step-intent' as const), step, attempt: fc.integer({ min: 1, max: 9 }) }),
  fc.record({
    type: fc.constant('step-result' as const),
    step,
    status: fc.constantFrom('done' as const, 'skipped' as const, 'failed' as const, 'not-met' as const),
    ms: fc.nat(),
  }),
  fc.record({
    type: fc.constant('question' as const),
    id: fc.constantFrom('q1', 'q2'),
    step,
    question: fc.constant({ kind: 'confirm' as const, text: '?' }),
  }),
  fc.record({
    type: fc.constant('answer' as const),
    id: fc.constantFrom('q1', 'q2'),
    answer: fc.constant({ kind: 'confirm' as const, yes: true }),
    by: fc.constant('me'),
  }),
  fc.record({ type: fc.constant('run-resumed' as const), pid: fc.nat(), notes: fc.array(fc.string()) }),
  fc.record({ type: fc.constant('stop-requested' as const), by: fc.constant('me') }),
  fc.record({ type: fc.constant('invented-later' as const), more: fc.anything() }),
  fc.record({
    type: fc.constant('run-ended' as const),
    status: fc.constantFrom('done' as const, 'failed' as const, 'not-met' as const, 'stopped' as const),
    exitCode: fc.nat(),
    summary: fc.string(),
  }),
);
const signal = fc.oneof(
  fc.record({ type: fc.constant('output' as const), at: fc.constant(at), step, line: fc.string() }),
  fc.record({ type: fc.constant('progress' as const), at: fc.constant(at), step, text: fc.string() }),
  fc.record({ type: fc.constant('sample' as const), at: fc.constant(at), step, sample: fc.nat(99).map(sample) }),
  fc.record({ type: fc.constant('interrupted' as const), at: fc.constant(at) }),
);

/** A run from its beginning: records are numbered in their order, signals stand anywhere. */
const run = fc.array(fc.oneof(body, signal)).map((bodies): RunEvent[] => {
  const started = { v: 1, seq: 1, at, type: 'run-started' as const, run: header, pid: 1 };
  let seq = 1;
  const rest = bodies.map((one) => {
    if ('at' in one) return one;
    seq += 1;
    return { v: 1, seq, at, ...one };
  });
  return [started, ...rest] as RunEvent[];
});

test('any beginning of any run reduces to a state that can be drawn', () => {
  fc.assert(
    fc.property(run, fc.nat(200), (events, length) => {
      const state = reduceRunEvents(initialRunState, events.slice(0, length + 1));
      expect(state.steps.map(({ id }) => id)).toEqual(ids);
      if (state.question) expect(state.status).toBe('waiting');
      if (state.ended) expect(state.status).toBe(state.ended.status);
      for (const { now } of state.steps)
        expect(['pending', 'running', 'done', 'skipped', 'failed', 'not-met']).toContain(now.status);
    }),
  );
});

test('who was cut off and reads all records again ends in the same state', () => {
  fc.assert(
    fc.property(run, fc.nat(200), (events, cut) => {
      const records = events.filter((event) => 'seq' in event);
      const once = reduceRunEvents(initialRunState, records);
      const again = reduceRunEvents(initialRunState, [...records.slice(0, cut), ...records]);
      expect(again).toEqual(once);
    }),
  );
});

test('records that a newer program invented are counted and change nothing else', () => {
  const state = reduceRun(initialRunState, { v: 1, seq: 1, at, type: 'run-started', run: header, pid: 1 });
  const next = reduceRun(state, { v: 9, seq: 2, at, type: 'invented-later' } as unknown as RunEvent);
  expect(next).toEqual({ ...state, seq: 2, unknown: 1 });
});

test('a failed attempt that is tried again runs, and what failed is taken up again on resuming', () => {
  const events: RunEvent[] = [
    { v: 1, seq: 1, at, type: 'run-started', run: header, pid: 1 },
    { v: 1, seq: 2, at, type: 'step-intent', step: 'one', attempt: 1 },
    { v: 1, seq: 3, at, type: 'step-result', step: 'one', status: 'done', ms: 5, summary: 'ok' },
    { v: 1, seq: 4, at, type: 'step-intent', step: 'three', attempt: 1 },
    { v: 1, seq: 5, at, type: 'step-result', step: 'three', status: 'failed', ms: 5, problem: { message: 'no' } },
    { v: 1, seq: 6, at, type: 'run-ended', status: 'failed', exitCode: 1, summary: 'failed' },
  ];
  const failed = reduceRunEvents(initialRunState, events);
  expect(failed.steps[3]?.now).toEqual({ status: 'failed', problem: { message: 'no' }, ms: 5, findings: [] });
  const resumed = reduceRun(failed, { v: 1, seq: 7, at, type: 'run-resumed', pid: 2, notes: ['note'] });
  expect(resumed.status).toBe('running');
  expect(resumed.ended).toBeUndefined();
  expect(resumed.steps[0]?.now.status).toBe('done');
  expect(resumed.steps[3]?.now.status).toBe('pending');
});

test('output and samples are capped, and a second load test takes the place of the first', () => {
  let state = reduceRun(initialRunState, { v: 1, seq: 1, at, type: 'run-started', run: header, pid: 1 });
  for (let line = 0; line < keptLines + 10; line += 1)
    state = reduceRun(state, { type: 'output', at, step: 'one', line: String(line) });
  expect(state.steps[0]?.output).toHaveLength(keptLines);
  expect(state.steps[0]?.output.at(-1)).toBe(String(keptLines + 9));
  for (let t = 0; t < keptSamples + 10; t += 1)
    state = reduceRun(state, { type: 'sample', at, step: 'one', sample: sample(t) });
  expect(state.samples).toHaveLength(keptSamples);
  expect(reduceRun(state, { type: 'sample', at, step: 'three', sample: sample(0) }).samples).toEqual([sample(0)]);
});
