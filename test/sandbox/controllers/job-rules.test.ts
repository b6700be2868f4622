import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/kubernetes/pod.ts';
import type { Job } from '../../../src/kubernetes/workload.ts';
import { waitAfter, withEnded } from '../../../src/sandbox/controllers/job-backoff.ts';
import { failureAnnotations, judgeFailure } from '../../../src/sandbox/controllers/job-failures.ts';
import { firstMissing, indexesIn, rangesOf } from '../../../src/sandbox/controllers/job-indexes.ts';
import { missingPods, superfluousPods, wantedPods } from '../../../src/sandbox/controllers/job-pods.ts';
import { endedStatus, settled, trackPods } from '../../../src/sandbox/controllers/job-tracking.ts';
import { trackingFinalizer, verdictOf, viewOf } from '../../../src/sandbox/controllers/job-view.ts';

const second = 1000;
const start = Date.parse('2026-03-01T12:00:00Z');
const at = (seconds: number) => new Date(start + seconds * second).toISOString();

function job(spec: Partial<Job['spec']> = {}, status: Job['status'] = {}): Job {
  const template = { spec: { containers: [], restartPolicy: 'Never' } };
  const metadata = { name: 'work', namespace: 'shop', uid: 'job' };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template, completions: 1, ...spec }, status };
}

type Phase = NonNullable<NonNullable<Pod['status']>['phase']>;

function pod(
  name: string,
  phase: Phase,
  more: { exitCode?: number; ended?: number; index?: number; gone?: boolean } = {},
): Pod {
  const { exitCode = phase === 'Failed' ? 1 : 0, ended = 0, index, gone } = more;
  const isEnded = phase === 'Failed' || phase === 'Succeeded';
  const annotations: Record<string, string> =
    index === undefined ? {} : { 'batch.kubernetes.io/job-completion-index': String(index) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      annotations,
      creationTimestamp: at(0),
      finalizers: [trackingFinalizer],
      ...(gone ? { deletionTimestamp: at(ended) } : {}),
    },
    spec: { containers: [] },
    status: {
      phase,
      containerStatuses: isEnded
        ? [{ name: 'main', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt: at(ended) } } }]
        : [],
    },
  };
}

const tracked = (one: { metadata: Pod['metadata'] }) => one.metadata.finalizers?.includes(trackingFinalizer) ?? false;
const phases = fc.constantFrom<Phase[]>('Pending', 'Running', 'Succeeded', 'Failed');
const somePods = fc
  .array(fc.record({ phase: phases, gone: fc.boolean(), index: fc.nat(6) }), { maxLength: 12 })
  .map((list) => list.map(({ phase, ...more }, number) => pod(`pod-${number}`, phase, more)));

describe('indexes', () => {
  test('are read as they are written', () => {
    const indexes = fc.uniqueArray(fc.nat(200), { maxLength: 60 });
    fc.assert(
      fc.property(indexes, (list) => {
        expect([...indexesIn(rangesOf(list), 1000)]).toEqual([...list].sort((left, right) => left - right));
      }),
    );
  });

  test('beyond the number of completions do not count, nor does what is no number', () => {
    expect([...indexesIn('0-2,x,5-9', 7)]).toEqual([0, 1, 2, 5, 6]);
    expect([...indexesIn('', 7)]).toEqual([]);
  });

  test('that are missing are the lowest that nobody has', () => {
    expect(firstMissing(6, new Set([0, 2]), 2)).toEqual([1, 3]);
    expect(firstMissing(3, new Set([0, 1, 2]), 2)).toEqual([]);
  });
});

describe('back-off', () => {
  test('doubles from ten seconds to ten minutes and counts from the last failure', () => {
    const waits = [0, 1, 2, 3, 7, 8, 100].map((count) => waitAfter({ count, last: start }, start, 1) / second);
    expect(waits).toEqual([0, 10, 20, 40, 600, 600, 600]);
    expect(waitAfter({ count: 1, last: start }, start + 4 * second, 1)).toBe(6 * second);
    expect(waitAfter({ count: 1, last: start }, start, 0.2)).toBe(2 * second);
  });

  test('counts only the failures after the last success', () => {
    const failed = [pod('a', 'Failed', { ended: 1 }), pod('b', 'Failed', { ended: 5 })];
    expect(withEnded({ count: 3, last: start }, [], failed)).toEqual({ count: 5, last: start + 5 * second });
    const succeeded = [pod('c', 'Succeeded', { ended: 3 })];
    expect(withEnded({ count: 3, last: start }, succeeded, failed)).toEqual({ count: 1, last: start + 5 * second });
    expect(withEnded({ count: 3, last: start }, succeeded, [])).toEqual({ count: 0, last: 0 });
  });
});

describe('a failure policy', () => {
  const onExitCodes = (operator: string, ...values: number[]) => ({ operator, values });
  test.each([
    ['Ignore' as const, onExitCodes('In', 3), 3, { action: 'Ignore', counts: false }],
    ['Count' as const, onExitCodes('NotIn', 3), 4, { action: 'Count', counts: true }],
    ['Ignore' as const, onExitCodes('In', 3), 4, { counts: true }],
  ])('%s on %o judges exit code %d', (action, codes, exitCode, expected) => {
    const rules = [{ action, onExitCodes: codes }];
    expect(judgeFailure(job({ podFailurePolicy: { rules } }), pod('a', 'Failed', { exitCode }))).toEqual(expected);
  });

  test('says what made the whole fail', () => {
    const rules = [{ action: 'FailJob' as const, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }];
    const failed = pod('a', 'Failed');
    failed.status = { ...failed.status, conditions: [{ type: 'DisruptionTarget', status: 'True' }] };
    const { message } = judgeFailure(job({ podFailurePolicy: { rules } }), failed);
    expect(message).toBe('Pod shop/a has condition DisruptionTarget matching FailJob rule at index 0');
  });

  test('is remembered by the pod that takes the place of the failed one', () => {
    const rules = [{ action: 'Ignore' as const, onExitCodes: onExitCodes('In', 3) }];
    const one = job({ podFailurePolicy: { rules }, backoffLimitPerIndex: 2 });
    const ignored = failureAnnotations(one, pod('a', 'Failed', { exitCode: 3 }));
    expect(ignored).toEqual({
      'batch.kubernetes.io/job-index-failure-count': '0',
      'batch.kubernetes.io/job-index-ignored-failure-count': '1',
    });
    expect(failureAnnotations(one, undefined)).toEqual({ 'batch.kubernetes.io/job-index-failure-count': '0' });
  });
});

describe('pods', () => {
  test('are never more than are wanted, never fewer once all are made', () => {
    const spec = fc.record({ parallelism: fc.nat(6), completions: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(somePods, spec, (pods, { parallelism, completions }) => {
        const view = viewOf(
          job({ parallelism, completions, podReplacementPolicy: 'TerminatingOrFailed' }),
          pods,
          tracked,
        );
        const wanted = wantedPods(view);
        expect(wanted).toBeLessThanOrEqual(parallelism);
        const kept = view.active.length - superfluousPods(view, wanted, start).length;
        expect(kept).toBe(Math.min(view.active.length, wanted));
        if (view.active.length <= wanted) expect(view.active.length + missingPods(view, wanted)).toBe(wanted);
      }),
    );
  });

  test('of one index are no two', () => {
    fc.assert(
      fc.property(somePods, (pods) => {
        const view = viewOf(job({ completionMode: 'Indexed', completions: 5, parallelism: 5 }), pods, tracked);
        const gone = superfluousPods(view, view.active.length, start);
        const kept = view.active.filter((one) => !gone.includes(one));
        const indexes = kept.map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index']);
        expect(new Set(indexes).size).toBe(indexes.length);
        expect(indexes.every((index) => Number(index) < 5)).toBe(true);
      }),
    );
  });
});

describe('counting', () => {
  test('takes each end once, however often it is looked at and wherever it stops', () => {
    fc.assert(
      fc.property(somePods, fc.array(fc.boolean(), { maxLength: 4 }), (pods, stops) => {
        let status: NonNullable<Job['status']> = {};
        let present = pods;
        for (const stopsEarly of [...stops, false]) {
          const view = viewOf(job({ completions: 20, backoffLimit: 20 }, status), present, tracked);
          const tracking = trackPods(view, status, undefined, start);
          status = tracking.status;
          if (stopsEarly) continue;
          const names = new Set(tracking.release.map(({ metadata }) => metadata.name));
          present = present.map((one) =>
            names.has(one.metadata.name) ? { ...one, metadata: { ...one.metadata, finalizers: [] } } : one,
          );
          status = settled(status, (uid) => present.some((one) => one.metadata.uid === uid && tracked(one)));
        }
        const succeeded = pods.filter((one) => one.status?.phase === 'Succeeded').length;
        const failed = pods.filter(
          ({ status: is, metadata }) =>
            is?.phase === 'Failed' || (metadata.deletionTimestamp && is?.phase !== 'Succeeded'),
        ).length;
        expect([status.succeeded, status.failed]).toEqual([succeeded, failed]);
        expect(status.uncountedTerminatedPods).toEqual({});
      }),
    );
  });

  test('says the end only when every pod is counted and gone', () => {
    const verdict = verdictOf(viewOf(job({ backoffLimit: 0 }), [pod('a', 'Failed')], tracked), start);
    expect(verdict).toMatchObject({ type: 'FailureTarget', reason: 'BackoffLimitExceeded' });
    const view = viewOf(job({ backoffLimit: 0 }), [pod('a', 'Failed')], tracked);
    const { status, ending } = trackPods(view, {}, verdict, start);
    expect(endedStatus(status, ending, start)).toBeUndefined();
    const counted = settled(status, () => false);
    expect(endedStatus({ ...counted, terminating: 1 }, ending, start)).toBeUndefined();
    const conditions = endedStatus(counted, ending, start)?.conditions ?? [];
    expect(conditions.map(({ type }) => type)).toEqual(['FailureTarget', 'Failed']);
  });
});

test.each([
  [[{ succeededIndexes: '0-1' }], [0], undefined],
  [[{ succeededIndexes: '0-1', succeededCount: 1 }], [1], 'Matched rules at index 0'],
  [[{ succeededIndexes: '2' }, { succeededCount: 2 }], [0, 1], 'Matched rules at index 1'],
])('the success policy %o with %o done says %s', (rules, done, message) => {
  const pods = done.map((index) => pod(`pod-${index}`, 'Succeeded', { index }));
  const one = job({ completionMode: 'Indexed', completions: 3, successPolicy: { rules } });
  expect(verdictOf(viewOf(one, pods, tracked), start)?.message).toBe(message);
});
