import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDelay } from '../../../src/sandbox/node/backoff.ts';
import { reducePod } from '../../../src/sandbox/node/pod-reducer.ts';
import { initialState, type PodEvent, phaseOf } from '../../../src/sandbox/node/pod-state.ts';
import { countProbe } from '../../../src/sandbox/node/probe.ts';

const pod = (policy: 'Always' | 'OnFailure' | 'Never' = 'Always') =>
  initialState({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'tars', uid: 'u' },
    spec: { restartPolicy: policy, containers: [{ name: 'main', image: 'web:1' }] },
  });

test('crashes are retried at once, then after 10, 20, 40, 80, 160 and always 300 seconds', () => {
  let state = reducePod(pod(), { type: 'sandbox-ready' }).state;
  const delays: number[] = [];
  for (let now = 0, run = 0; run < 8; run += 1, now += 1000) {
    state = reducePod(state, { type: 'started', container: 'main', id: `run-${run}`, now }).state;
    const crashed = reducePod(state, { type: 'exited', container: 'main', exitCode: 1, reason: 'Error', now });
    const retry = crashed.effects.find((effect) => effect.type === 'retry');
    delays.push(retry?.afterMs ?? 0);
    now += retry?.afterMs ?? 0;
    state = reducePod(crashed.state, { type: 'retry', container: 'main' }).state;
  }
  expect(delays.map((ms) => ms / 1000)).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
});

test('after ten quiet minutes the back-off begins anew', () => {
  let state = reducePod(pod(), { type: 'sandbox-ready' }).state;
  for (const now of [0, 700_000]) {
    state = reducePod(state, { type: 'started', container: 'main', id: 'x', now }).state;
    const crashed = reducePod(state, { type: 'exited', container: 'main', exitCode: 1, reason: 'Error', now });
    expect(crashed.effects).toEqual([{ type: 'pull', container: 'main' }]);
    state = crashed.state;
  }
});

test('OnFailure restarts a failure and leaves a success', () => {
  const started = reducePod(pod('OnFailure'), { type: 'started', container: 'main', id: 'x', now: 0 }).state;
  const exit = (exitCode: number) =>
    reducePod(started, { type: 'exited', container: 'main', exitCode, reason: '', now: 1 });
  expect([exit(0).effects, phaseOf(exit(0).state)]).toEqual([[], 'Succeeded']);
  expect([exit(1).effects.length, phaseOf(exit(1).state)]).toEqual([1, 'Running']);
});

test.each(['terminate', 'deadline'] as const)('whatever happens, a pod starts nothing after %s', (type) => {
  const event: fc.Arbitrary<PodEvent> = fc.oneof(
    fc.constantFrom<PodEvent>(
      { type: 'sandbox-ready' },
      { type: 'pulled', container: 'main' },
      { type: 'pull-failed', container: 'main', message: 'no', now: 1 },
      { type: 'config-error', container: 'main', message: 'no' },
      { type: 'startup-passed', container: 'main' },
      { type: 'readiness', container: 'main', ready: true },
      { type: 'unhealthy', container: 'main', probe: 'liveness' },
      { type: 'started', container: 'main', id: 'y', now: 1 },
      { type: 'exited', container: 'main', exitCode: 1, reason: 'Error', now: 2 },
      { type: 'retry', container: 'main' },
      { type: 'added', spec: { name: 'look', image: 'busybox:1' } },
      { type: 'started', container: 'look', id: 'z', now: 1 },
      { type: 'exited', container: 'look', exitCode: 0, reason: 'Completed', now: 2 },
    ),
  );
  fc.assert(
    fc.property(fc.array(event), fc.array(event), (before, after) => {
      let state = pod();
      for (const one of before) state = reducePod(state, one).state;
      state = reducePod(state, { type }).state;
      for (const one of after) {
        const { state: next, effects } = reducePod(state, one);
        expect(effects).toEqual([]);
        state = next;
      }
    }),
  );
});

test('a deadline fails a pod once its containers have stopped, and not one that has ended', () => {
  const running = reducePod(pod(), { type: 'started', container: 'main', id: 'x', now: 0 }).state;
  const late = reducePod(running, { type: 'deadline' });
  expect(late.effects.map((effect) => effect.type)).toEqual(['report', 'report', 'stop']);
  expect(phaseOf(late.state)).toBe('Running');
  const stopped = { type: 'exited', container: 'main', exitCode: 0, reason: 'Completed', now: 1 } as const;
  expect(phaseOf(reducePod(late.state, stopped).state)).toBe('Failed');
  const onceRunning = reducePod(pod('Never'), { type: 'started', container: 'main', id: 'x', now: 0 }).state;
  const done = reducePod(onceRunning, stopped).state;
  expect(reducePod(done, { type: 'deadline' })).toEqual({ state: done, effects: [] });
});

test('an ephemeral container is started at once, never again, and says nothing about the pod', () => {
  const ready = reducePod(pod(), { type: 'sandbox-ready' }).state;
  const added = reducePod(ready, { type: 'added', spec: { name: 'look', image: 'busybox:1' } });
  expect(added.effects).toEqual([{ type: 'pull', container: 'look' }]);
  const started = reducePod(added.state, { type: 'started', container: 'look', id: 'x', now: 0 }).state;
  const ended = reducePod(started, { type: 'exited', container: 'look', exitCode: 1, reason: 'Error', now: 1 });
  expect(ended.effects).toEqual([]);
  expect(phaseOf(ended.state)).toBe('Pending');
});

test('probes count in a row against their thresholds', () => {
  const probe = { successThreshold: 2, failureThreshold: 3 };
  let count = { successes: 0, failures: 0 };
  const verdicts = [false, false, true, false, false, false, true, true].map((success) => {
    const counted = countProbe(count, success, probe);
    count = counted.count;
    return counted.verdict;
  });
  expect(verdicts).toEqual([undefined, undefined, undefined, undefined, undefined, 'failure', undefined, 'success']);
});

test('delays are written as the kubelet writes them', () => {
  expect([10_000, 80_000, 300_000].map(formatDelay)).toEqual(['10s', '1m20s', '5m0s']);
});
