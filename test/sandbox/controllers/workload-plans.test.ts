import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/kubernetes/node.ts';
import type { Pod } from '../../../src/kubernetes/pod.ts';
import type { DaemonSet, StatefulSet } from '../../../src/kubernetes/workload.ts';
import { createFailedPodBackoff } from '../../../src/sandbox/controllers/daemon-set-backoff.ts';
import {
  type DaemonInput,
  daemonSetStatus,
  planPlaces,
  planRenewal,
} from '../../../src/sandbox/controllers/daemon-set-plan.ts';
import type { Revision } from '../../../src/sandbox/controllers/revisions.ts';
import { planStatefulSet, statefulSetStatus } from '../../../src/sandbox/controllers/stateful-set-plan.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const since = '2026-03-01T11:00:00Z';
const hashKey = 'controller-revision-hash';
const revision = (name: string): Revision => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name },
  revision: 1,
});
const [older, newer] = [revision('old'), revision('new')];

interface Shape {
  isReady: boolean;
  isNew: boolean;
  isGone: boolean;
}

function pod(name: string, { isReady, isNew, isGone }: Shape, nodeName = 'node-0'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: since,
      labels: { [hashKey]: isNew ? 'new' : 'old' },
      ...(isGone ? { deletionTimestamp: since } : {}),
    },
    spec: { containers: [], nodeName },
    status: {
      phase: isReady ? 'Running' : 'Pending',
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: since }],
    },
  };
}

const template = { spec: { containers: [] } };
const shapes = fc.record({ isReady: fc.boolean(), isNew: fc.boolean(), isGone: fc.boolean() });

describe('a StatefulSet', () => {
  const setOf = (spec: Partial<StatefulSet['spec']>): StatefulSet => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', generation: 1 },
    spec: { replicas: 3, selector: {}, template, ...spec },
  });
  const places = fc
    .array(fc.option(shapes), { maxLength: 6 })
    .map((list) => list.flatMap((shape, ordinal) => (shape ? [pod(`db-${ordinal}`, shape)] : [])));
  const plan = (set: StatefulSet, pods: readonly Pod[]) =>
    planStatefulSet({ set, pods, current: older, update: newer, now });

  test('in order makes one move at a time, and none while a pod is on its way', () => {
    fc.assert(
      fc.property(places, fc.nat(5), (pods, replicas) => {
        const steps = plan(setOf({ replicas }), pods);
        expect(steps.length).toBeLessThanOrEqual(1);
        const [step] = steps;
        if (!step || !('make' in step)) return;
        // Everything before the pod that is made is there and available.
        const before = pods.filter(({ metadata }) => Number(metadata.name.slice(3)) < step.make);
        expect(before).toHaveLength(step.make);
        for (const { metadata, status } of before)
          expect([metadata.deletionTimestamp, status?.phase]).toEqual([undefined, 'Running']);
      }),
    );
  });

  test('in parallel makes all that are missing and takes all that are too many', () => {
    fc.assert(
      fc.property(places, fc.nat(5), (pods, replicas) => {
        const steps = plan(setOf({ replicas, podManagementPolicy: 'Parallel' }), pods);
        const there = new Set(pods.map(({ metadata }) => Number(metadata.name.slice(3))));
        const missing = Array.from({ length: replicas }, (_, ordinal) => ordinal).filter((one) => !there.has(one));
        expect(steps.flatMap((step) => ('make' in step ? [step.make] : []))).toEqual(missing);
        const excess = pods.filter(
          (one) => Number(one.metadata.name.slice(3)) >= replicas && !one.metadata.deletionTimestamp,
        );
        const removed = steps.flatMap((step) => ('remove' in step ? [step.remove] : []));
        for (const one of excess) expect(removed).toContain(one);
      }),
    );
  });

  test('settles: with every pod new and ready nothing is left to do, and that is its current revision', () => {
    const pods = [0, 1, 2].map((ordinal) => pod(`db-${ordinal}`, { isReady: true, isNew: true, isGone: false }));
    expect(plan(setOf({}), pods)).toEqual([]);
    const status = statefulSetStatus({ set: setOf({}), pods, current: older, update: newer, now });
    expect(status).toMatchObject({ currentRevision: 'new', updateRevision: 'new', currentReplicas: 3 });
  });

  test('leaves what is below its partition', () => {
    const pods = [0, 1, 2].map((ordinal) =>
      pod(`db-${ordinal}`, { isReady: true, isNew: ordinal === 2, isGone: false }),
    );
    expect(plan(setOf({ updateStrategy: { rollingUpdate: { partition: 2 } } }), pods)).toEqual([]);
    expect(plan(setOf({ updateStrategy: { rollingUpdate: { partition: 1 } } }), pods)).toEqual([{ remove: pods[1] }]);
    expect(plan(setOf({ updateStrategy: { type: 'OnDelete' } }), pods)).toEqual([]);
  });
});

test('a failed daemon pod goes after one second, then after two, four and so on', () => {
  const backoff = createFailedPodBackoff();
  const set = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', uid: 'a' },
    spec: { selector: {}, template },
  };
  expect(backoff.wait(set, 'node-0', now)).toBe(0);
  expect(backoff.wait(set, 'node-0', now + 400)).toBe(600);
  expect(backoff.wait(set, 'node-1', now + 400)).toBe(0);
  expect(backoff.wait(set, 'node-0', now + 1000)).toBe(0);
  expect(backoff.wait(set, 'node-0', now + 1000)).toBe(2000);
});

describe('a DaemonSet', () => {
  const nodes = [0, 1, 2, 3].map(
    (number): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${number}` } }),
  );
  const inputOf = (
    pods: readonly Pod[],
    rollingUpdate: { maxSurge?: number; maxUnavailable?: number },
  ): DaemonInput => {
    const spec: DaemonSet['spec'] = {
      selector: {},
      template,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate },
    };
    const set: DaemonSet = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', generation: 1 },
      spec,
    };
    return { set, nodes, pods, hash: 'new', now };
  };
  const onNodes = fc
    .array(fc.option(shapes), { minLength: 4, maxLength: 4 })
    .map((list) => list.flatMap((shape, number) => (shape ? [pod(`agent-${number}`, shape, `node-${number}`)] : [])));

  test('gives a pod to each node that has none, and to no other', () => {
    fc.assert(
      fc.property(onNodes, (pods) => {
        const { make, remove } = planPlaces(inputOf(pods, { maxUnavailable: 1 }));
        const taken = new Set(pods.map(({ spec }) => spec.nodeName));
        expect(make).toEqual(nodes.map(({ metadata }) => metadata.name).filter((name) => !taken.has(name)));
        expect(remove).toEqual([]);
      }),
    );
  });

  test('takes no more available pods away than may be unavailable', () => {
    fc.assert(
      fc.property(onNodes, fc.integer({ min: 1, max: 4 }), (pods, maxUnavailable) => {
        const input = inputOf(pods, { maxUnavailable });
        const { remove } = planRenewal(input);
        const lost = remove.filter(({ status }) => status?.phase === 'Running');
        const unavailable = pods.filter(
          ({ metadata, status }) => metadata.deletionTimestamp || status?.phase !== 'Running',
        );
        if (lost.length > 0) expect(unavailable.length + lost.length).toBeLessThanOrEqual(maxUnavailable);
        for (const { metadata } of remove) expect(metadata.labels?.[hashKey]).toBe('old');
      }),
    );
  });

  test('with a surge takes an old pod only when the new one beside it is available', () => {
    const old = pod('old', { isReady: true, isNew: false, isGone: false });
    const fresh = (isReady: boolean) => pod('new', { isReady, isNew: true, isGone: false });
    expect(planRenewal(inputOf([old], { maxSurge: 1, maxUnavailable: 0 }))).toEqual({ make: ['node-0'], remove: [] });
    expect(planRenewal(inputOf([old, fresh(false)], { maxSurge: 1, maxUnavailable: 0 }))).toEqual({
      make: [],
      remove: [],
    });
    expect(planRenewal(inputOf([old, fresh(true)], { maxSurge: 1, maxUnavailable: 0 })).remove).toEqual([old]);
  });

  test('leaves a node that may not run it for new pods, and clears one that may not keep it', () => {
    const tainted = (effect: string): Node[] =>
      nodes.map((node, number) =>
        number === 0 ? { ...node, spec: { taints: [{ key: 'x', effect }] } } : node,
      ) as Node[];
    const there = pod('agent-0', { isReady: true, isNew: true, isGone: false });
    const input = inputOf([there], { maxUnavailable: 1 });
    expect(planPlaces({ ...input, nodes: tainted('NoSchedule') })).toMatchObject({ remove: [] });
    expect(planPlaces({ ...input, nodes: tainted('NoExecute') }).remove).toEqual([there]);
    expect(daemonSetStatus({ ...input, nodes: tainted('NoSchedule') })).toMatchObject({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 0,
      numberMisscheduled: 1,
    });
  });
});
