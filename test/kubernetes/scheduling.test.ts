import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Node } from '../../src/kubernetes/node.ts';
import { emptyUsage, nodeUsages, placeOn, removeFrom } from '../../src/kubernetes/node-usage.ts';
import { type Pod, podRequest } from '../../src/kubernetes/pod.ts';
import { placePod } from '../../src/kubernetes/scheduling.ts';

const node = (name: string, more: Partial<Node> = {}, cpu = '2'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, zone: name.slice(0, 1) } },
  status: { allocatable: { cpu, memory: '4Gi', pods: '10' } },
  ...more,
});
const pod = (name: string, spec: object = {}, cpu = '1', labels: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], ...spec },
});
const place = (one: Pod, nodes: Node[], pods: Pod[] = []) => placePod(one, nodeUsages(nodes, pods));
const after = (message: string) => ({ message: `0/${message}` });
const noVictims = (n: number) =>
  `no new claims to deallocate, preemption: 0/${n} nodes are available: ${n} No preemption victims found for incoming pod.`;
const notHelpful = (n: number) =>
  `no new claims to deallocate, preemption: 0/${n} nodes are available: ${n} Preemption is not helpful for scheduling.`;

test('what does not fit is told in the words of the real event', () => {
  const full = [
    pod('a', { nodeName: 'n1' }),
    pod('b', { nodeName: 'n1' }),
    pod('c', { nodeName: 'n2' }),
    pod('d', { nodeName: 'n2' }),
  ];
  const two = [node('n1'), node('n2')];
  expect(place(pod('x'), two, full)).toEqual(after(`2 nodes are available: 2 Insufficient cpu. ${noVictims(2)}`));
  expect(place(pod('x', {}, '3'), two)).toEqual(after(`2 nodes are available: 2 Insufficient cpu. ${notHelpful(2)}`));
  const tainted = node('n1', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } });
  const cordoned = node('n2', { spec: { unschedulable: true } });
  expect(place(pod('x'), [tainted, cordoned])).toEqual(
    after(`2 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ${notHelpful(2)}`),
  );
  expect(place(pod('x', { nodeSelector: { disk: 'ssd' } }), [node('n1')])).toEqual(
    after(`1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. ${notHelpful(1)}`),
  );
  expect(place(pod('x'), [])).toEqual({ message: 'no nodes available to schedule pods' });
  const obstacle = 'pod has unbound immediate PersistentVolumeClaims';
  expect(placePod(pod('x'), nodeUsages(two, []), { obstacle })).toEqual(
    after(`2 nodes are available: ${obstacle}. not found`),
  );
});

test('tolerations, selectors and node affinity open the way', () => {
  const tainted = node('n1', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } });
  const tolerating = (toleration: object) => place(pod('x', { tolerations: [toleration] }), [tainted]);
  expect(tolerating({ key: 'gpu', operator: 'Exists' })).toEqual({ node: 'n1' });
  expect(tolerating({ key: 'gpu', value: 'yes', effect: 'NoSchedule' })).toEqual({ node: 'n1' });
  expect(tolerating({ operator: 'Exists' })).toEqual({ node: 'n1' });
  expect(tolerating({ key: 'gpu', value: 'no' })).toHaveProperty('message');
  const matchExpressions = [{ key: 'zone', operator: 'In', values: ['b'] }];
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
  };
  expect(place(pod('x', { affinity: { nodeAffinity } }), [node('a1'), node('b1')])).toEqual({ node: 'b1' });
});

test('pod affinity and anti-affinity', () => {
  const nodes = [node('n1'), node('n2')];
  const there = [pod('db', { nodeName: 'n2' }, '100m', { app: 'db' })];
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } };
  const with_ = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  const without = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  expect(place(pod('x', { affinity: with_ }), nodes, there)).toEqual({ node: 'n2' });
  expect(place(pod('x', { affinity: without }), nodes, there)).toEqual({ node: 'n1' });
  expect(place(pod('x', { affinity: with_ }), nodes)).toEqual(
    after(`2 nodes are available: 2 node(s) didn't match pod affinity rules. ${notHelpful(2)}`),
  );
  expect(place(pod('x', { affinity: with_ }, '1', { app: 'db' }), nodes)).toHaveProperty('node');
});

test('spreading: hard constraints forbid, siblings repel each other', () => {
  const nodes = [node('n1'), node('n2')];
  const there = [pod('a', { nodeName: 'n1' }, '100m', { app: 'web' })];
  const constraint = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: { app: 'web' } },
  };
  const soft = { topologySpreadConstraints: [{ ...constraint, whenUnsatisfiable: 'ScheduleAnyway' }] };
  expect(place(pod('x', soft, '100m', { app: 'web' }), nodes, there)).toEqual({ node: 'n2' });
  const hard = { topologySpreadConstraints: [{ ...constraint, whenUnsatisfiable: 'DoNotSchedule' }] };
  const small = [node('n1'), node('n2', {}, '50m')];
  expect(place(pod('x', hard, '100m', { app: 'web' }), small, there)).toHaveProperty('message');
});

test('finished pods take no room; init containers and sidecars count as Kubernetes counts them', () => {
  const done = { ...pod('a', { nodeName: 'n1' }, '2'), status: { phase: 'Succeeded' as const } };
  expect(place(pod('x', {}, '2'), [node('n1')], [done])).toEqual({ node: 'n1' });
  const request = (cpu: string, more: object = {}) => ({ name: cpu, resources: { requests: { cpu } }, ...more });
  const initContainers = [request('300m', { restartPolicy: 'Always' }), request('2')];
  expect(podRequest(pod('x', { initContainers }), 'cpu')).toBe(2300);
});

test('whatever comes, no node is ever overbooked', () => {
  const cpu = fc.integer({ min: 1, max: 1500 });
  fc.assert(
    fc.property(fc.array(cpu, { maxLength: 40 }), (requests) => {
      const usages = nodeUsages([node('n1'), node('n2'), node('n3')], []);
      requests.forEach((milli, index) => {
        const one = pod(`p${index}`, {}, `${milli}m`);
        const placement = placePod(one, usages);
        const usage = 'node' in placement && usages.find((found) => found.node.metadata.name === placement.node);
        if (usage) placeOn(usage, one);
        else
          expect(usages.every((found) => 2000 - (found.requested.cpu ?? 0) < milli || found.pods.length === 10)).toBe(
            true,
          );
      });
      for (const { requested, pods } of usages) {
        expect(requested.cpu ?? 0).toBeLessThanOrEqual(2000);
        expect(pods.length).toBeLessThanOrEqual(10);
      }
    }),
    { numRuns: 50 },
  );
});

test('a more important pod pushes aside as few and as unimportant ones as it can', () => {
  const important = pod('x', { priority: 10 }, '1500m');
  const pods = [
    pod('dear', { nodeName: 'n1', priority: 5 }, '1500m'),
    pod('cheap', { nodeName: 'n2', priority: 1 }, '1'),
    pod('cheaper', { nodeName: 'n2' }, '500m'),
  ];
  const placement = place(important, [node('n1'), node('n2')], pods);
  expect(placement).toMatchObject({ preemption: { node: 'n2', victims: [{ metadata: { name: 'cheap' } }] } });
  const never = pod('x', { priority: 10, preemptionPolicy: 'Never' }, '1500m');
  expect(place(never, [node('n1'), node('n2')], pods)).not.toHaveProperty('preemption');
  expect(place(pod('x', {}, '1500m'), [node('n1'), node('n2')], pods)).not.toHaveProperty('preemption');
});

test('who is taken off a node leaves it as it was', () => {
  const cores = fc.constantFrom('100m', '1', '1500m');
  fc.assert(
    fc.property(fc.array(cores), fc.array(cores), (stay, go) => {
      const named = (list: string[], prefix: string) => list.map((cpu, index) => pod(`${prefix}-${index}`, {}, cpu));
      const [usage, other] = [emptyUsage(node('n1')), emptyUsage(node('n1'))];
      for (const one of named(stay, 'stay')) placeOn(usage, one);
      for (const one of named(go, 'go')) placeOn(usage, one);
      for (const one of named(go, 'go').reverse()) removeFrom(usage, one);
      for (const one of named(stay, 'stay')) placeOn(other, one);
      expect(usage.pods).toEqual(other.pods);
      expect(usage.requested.cpu ?? 0).toBe(other.requested.cpu ?? 0);
    }),
  );
});
