import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  availableCondition,
  deadlineOf,
  newReplicaSetSize,
  rolloutBounds,
  scaleProportionally,
  shrinkOldReplicaSets,
} from '../../src/kubernetes/deployment.ts';
import type { Deployment, ReplicaSet } from '../../src/kubernetes/workload.ts';

type Bound = number | string;

function deployment(replicas: number, maxSurge: Bound, maxUnavailable: Bound): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: {},
      template: { spec: { containers: [] } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      progressDeadlineSeconds: 600,
    },
  };
}

function set(name: string, replicas: number, available: number, annotations = {}): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, annotations, creationTimestamp: `2026-01-01T00:00:0${name.length}Z` },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
    status: { replicas, availableReplicas: available },
  };
}

describe('bounds', () => {
  test.each([
    [3, '25%', '25%', 1, 0],
    [10, '25%', '25%', 3, 2],
    [10, 2, 3, 2, 3],
    [1, '0%', '0%', 0, 1],
    [3, 0, 0, 0, 1],
    [2, 1, 5, 1, 2],
  ])(
    'of %s replicas, surge %s and unavailable %s: up rounds up, down rounds down, never both 0',
    (n, surge, unavailable, up, down) => {
      expect(rolloutBounds(deployment(n, surge, unavailable))).toEqual({ maxSurge: up, maxUnavailable: down });
    },
  );

  test('available means: no fewer than wanted less the allowed', () => {
    expect(availableCondition(deployment(4, 1, 1), 3)).toMatchObject({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
    });
    expect(availableCondition(deployment(4, 1, 1), 2)).toMatchObject({
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
    });
  });
});

test('unhealthy old pods go first, they cost no availability', () => {
  const sizes = shrinkOldReplicaSets(deployment(4, 1, 1), [set('old', 4, 2)], set('newer', 1, 1));
  expect(sizes.get('old')).toBe(2);
});

test('new pods that are not yet available hold the old ones', () => {
  expect(shrinkOldReplicaSets(deployment(4, 1, 0), [set('old', 4, 4)], set('newer', 1, 0)).size).toBe(0);
});

test('a rollout from any state stays within surge and unavailable and ends', () => {
  const bound = fc.oneof(
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      bound,
      bound,
      fc.infiniteStream(fc.nat({ max: 3 })),
      (n, surge, unavailable, luck) => {
        const wanted = deployment(n, surge, unavailable);
        const { maxSurge, maxUnavailable } = rolloutBounds(wanted);
        const old = set('old', n, n);
        const next = set('newer', 0, 0);
        const available = (one: ReplicaSet) => one.status?.availableReplicas ?? 0;
        const resize = (one: ReplicaSet, size: number) => {
          one.spec.replicas = size;
          one.status = { replicas: size, availableReplicas: Math.min(available(one), size) };
        };
        for (let round = 0; round < 500; round += 1) {
          const size = newReplicaSetSize(wanted, [old, next], next);
          if (size !== next.spec.replicas) resize(next, size);
          else for (const fewer of shrinkOldReplicaSets(wanted, [old], next).values()) resize(old, fewer);
          // Some of the new pods become available, some take longer.
          const more = Math.min(next.spec.replicas ?? 0, available(next) + (luck.next().value ?? 1));
          next.status = { replicas: next.spec.replicas ?? 0, availableReplicas: more };
          expect((old.spec.replicas ?? 0) + (next.spec.replicas ?? 0)).toBeLessThanOrEqual(n + maxSurge);
          expect(available(old) + available(next)).toBeGreaterThanOrEqual(n - maxUnavailable);
          if (old.spec.replicas === 0 && available(next) === n) return;
        }
        expect.unreachable('the rollout did not end');
      },
    ),
    { numRuns: 200 },
  );
});

test('another number in the middle of a rollout is shared out in proportion', () => {
  const before = { 'deployment.kubernetes.io/max-replicas': '12' };
  const sizes = scaleProportionally(deployment(20, 2, 0), [set('old', 8, 8, before), set('newer', 4, 4, before)]);
  expect([...sizes].sort()).toEqual([
    ['newer', 7],
    ['old', 15],
  ]);
});

test('sharing out always comes to the wanted number with its surge, and never below zero', () => {
  const size = fc.integer({ min: 1, max: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), size, size, size, (n, a, b, c) => {
      const annotations = { 'deployment.kubernetes.io/max-replicas': String(a + b + c) };
      const sets = [set('a', a, a, annotations), set('bb', b, b, annotations), set('ccc', c, c, annotations)];
      const sizes = scaleProportionally(deployment(n, 1, 0), sets);
      const after = sets.map(({ metadata, spec }) => sizes.get(metadata.name) ?? spec.replicas ?? 0);
      expect(Math.min(...after)).toBeGreaterThanOrEqual(0);
      expect(after.reduce((sum, one) => sum + one, 0)).toBe(n === 0 ? 0 : n + 1);
    }),
  );
});

test('the deadline counts from the last progress, and never after the rollout has succeeded', () => {
  const progressing = (reason: string) => [
    { type: 'Progressing', status: 'True' as const, reason, lastUpdateTime: '2026-01-01T00:00:00Z' },
  ];
  const start = Date.parse('2026-01-01T00:00:00Z');
  expect(deadlineOf(deployment(1, 1, 0), progressing('ReplicaSetUpdated'))).toBe(start + 600_000);
  expect(deadlineOf(deployment(1, 1, 0), progressing('ReplicaSetUpdated'), 200)).toBe(start + 120_000);
  expect(deadlineOf(deployment(1, 1, 0), progressing('NewReplicaSetAvailable'))).toBeUndefined();
});
