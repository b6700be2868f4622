import { expect, test } from 'vitest';
import type { HorizontalPodAutoscaler } from '../../src/kubernetes/autoscaler.ts';
import { explainAutoscaler, metricsOf } from '../../src/kubernetes/horizontal-pod-autoscaler.ts';
import { createAutoscaler, createPod, type Sync, sync } from './autoscaler-fixtures.ts';

/** The object as it stands after one sync. */
function after(given: Sync): HorizontalPodAutoscaler {
  const decision = sync(given);
  const status = {
    currentReplicas: given.replicas,
    desiredReplicas: decision.replicas,
    conditions: decision.conditions,
  };
  const measured = decision.currentMetrics ? { currentMetrics: decision.currentMetrics } : {};
  return { ...given.autoscaler, status: { ...status, ...measured } };
}

const web = createAutoscaler({ target: 70, min: 3, max: 10 });
const explain = (usage: (number | undefined)[], more: Partial<Sync> = {}) =>
  explainAutoscaler(after({ autoscaler: web, replicas: usage.length, usage, ...more }));

test.each([
  ['scaling up: 83/70 × 3 = 3.6 → 4', [41.5, 41.5, 41.5]],
  ['within tolerance: 72/70 = 1.03', [36, 36, 36]],
  ['scale-down waits for its window: 40/70 × 5 = 2.9', [20, 20, 20, 20, 20]],
  ['at max 10: 120/70 × 9 = 15.4', Array(9).fill(60)],
  ['at min 3: 2/70 × 3 = 0.1', [1, 1, 1]],
  ['scaling up as fast as allowed: 200/70 × 4 = 11.4, now 8', Array(4).fill(100)],
] as [string, number[]][])('%s', (sentence, usage) => {
  expect(explain(usage)).toBe(sentence);
});

test('before the first sync, without metrics, without requests, switched off', () => {
  expect(explainAutoscaler(web)).toBe('not looked at yet');
  expect(explain([undefined, undefined, undefined])).toBe(
    'no metrics yet: failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)',
  );
  expect(explain([1, 1, 1], { pods: [0, 1, 2].map((index) => createPod(index, { request: '' })) })).toBe(
    'no cpu request on container web: nothing to measure utilization against',
  );
  expect(explain([], { replicas: 0 })).toBe('off: the target is scaled to 0');
  expect(explain([], { replicas: 1 })).toBe('going up to min 3');
});

test('a target that cannot be read says why', () => {
  const message =
    'the HPA controller was unable to get the target\u2019s current scale: deployments.apps "web" not found';
  const conditions = [{ type: 'AbleToScale', status: 'False' as const, reason: 'FailedGetScale', message }];
  expect(explainAutoscaler({ ...web, status: { conditions } })).toBe(`cannot scale: ${message}`);
});

test('metrics are shown in the units that people read', () => {
  const memory = { type: 'Resource' as const, resource: { name: 'memory', target: { averageValue: '512Mi' } } };
  const object = {
    ...web,
    spec: { ...web.spec, metrics: [...(web.spec.metrics ?? []), memory] },
    status: {
      currentMetrics: [
        {
          type: 'Resource' as const,
          resource: { name: 'cpu', current: { averageUtilization: 83, averageValue: '41m' } },
        },
        { type: 'Resource' as const, resource: { name: 'memory', current: { averageValue: '325058560' } } },
      ],
    },
  };
  expect(metricsOf(object)).toEqual([
    { name: 'cpu', current: '83%', target: '70%', ratio: 83 / 70 },
    { name: 'memory', current: '310Mi', target: '512Mi', ratio: 310 / 512 },
  ]);
  expect(metricsOf(web)).toEqual([{ name: 'cpu', current: undefined, target: '70%', ratio: undefined }]);
});
