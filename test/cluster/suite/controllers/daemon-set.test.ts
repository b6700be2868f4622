import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import {
  type Anything,
  countsOf,
  missingImage,
  openWorkbench,
  template,
  type Workbench,
  workload,
} from './workbench.ts';

const cluster = await openCluster();
let bench: Workbench;
let nodes: string[];
beforeAll(async () => {
  bench = await openWorkbench(cluster);
  const { body } = await cluster.get('/api/v1/nodes');
  nodes = body.items.map(({ metadata }: Anything) => metadata.name).sort();
});
afterAll(() => cluster.close());

const make = (name: string, spec: object = {}) => bench.make('daemonsets', workload('DaemonSet', name, spec));
const change = (name: string, image: string) =>
  bench.merge('daemonsets', name, { spec: { template: template(name, image) } });
const settled = (name: string) =>
  bench.until('daemonsets', name, ({ metadata, status = {} }) => {
    const { desiredNumberScheduled: wanted, observedGeneration } = status;
    const done = [status.numberAvailable ?? 0, status.updatedNumberScheduled ?? 0].every((count) => count === wanted);
    return observedGeneration === metadata.generation && done && wanted > 0;
  });
const podsOf = (name: string) => bench.list('pods', `app=${name}`);
const nodesOf = (pods: Anything[]) => pods.map(({ spec }) => spec.nodeName).sort();
const images = (pods: Anything[]) => pods.map(({ spec }) => spec.containers[0].image).sort();

describe.skipIf(!cluster.ours)('on nodes of our own', () => {
  it.concurrent('runs one pod on each node', async () => {
    const made = await make('plain');
    const set = await settled('plain');
    const count = nodes.length;
    expect(countsOf(set)).toEqual({
      observedGeneration: 1,
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      numberMisscheduled: 0,
      numberReady: count,
      numberAvailable: count,
      updatedNumberScheduled: count,
    });
    const pods = await podsOf('plain');
    expect(nodesOf(pods)).toEqual(nodes);
    const [revision] = await bench.list('controllerrevisions', 'app=plain');
    const hash = revision.metadata.labels['controller-revision-hash'];
    expect(revision.metadata.name).toBe(`plain-${hash}`);
    for (const { metadata, spec } of pods) {
      expect(metadata.name).toMatch(/^plain-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(metadata.labels).toMatchObject({ app: 'plain', 'controller-revision-hash': hash });
      expect(metadata.ownerReferences).toMatchObject([{ kind: 'DaemonSet', uid: made.metadata.uid, controller: true }]);
      const required = spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      expect(required.nodeSelectorTerms).toEqual([
        { matchFields: [{ key: 'metadata.name', operator: 'In', values: [spec.nodeName] }] },
      ]);
      const tolerations = spec.tolerations.map(({ key, operator, effect }: Anything) => `${key} ${operator} ${effect}`);
      expect(tolerations).toEqual([
        'node.kubernetes.io/not-ready Exists NoExecute',
        'node.kubernetes.io/unreachable Exists NoExecute',
        'node.kubernetes.io/disk-pressure Exists NoSchedule',
        'node.kubernetes.io/memory-pressure Exists NoSchedule',
        'node.kubernetes.io/pid-pressure Exists NoSchedule',
        'node.kubernetes.io/unschedulable Exists NoSchedule',
      ]);
    }
    const events = await bench.events('plain', new RegExp(pods[0].metadata.name));
    expect(events).toContain(`Normal SuccessfulCreate: Created pod: ${pods[0].metadata.name}`);
  });

  it.concurrent('says which template a pod was made from', async () => {
    const made = await make('counted');
    expect(made.metadata.annotations).toEqual({ 'deprecated.daemonset.template.generation': '1' });
    await settled('counted');
    const [pod] = await podsOf('counted');
    expect(pod.metadata.labels['pod-template-generation']).toBe('1');
  });

  it.concurrent('runs where its selector says, and follows it', async () => {
    const on = (name: string | undefined) =>
      template('chosen', 'web:1', { nodeSelector: { 'kubernetes.io/hostname': name } });
    await make('chosen', { template: on(nodes[0]) });
    await settled('chosen');
    expect(nodesOf(await podsOf('chosen'))).toEqual([nodes[0]]);
    await bench.merge('daemonsets', 'chosen', { spec: { template: on(nodes[1]) } });
    await bench.untilAll('pods', (pods) => pods.length === 1 && pods[0].spec.nodeName === nodes[1], 'app=chosen');
    const set = await bench.until('daemonsets', 'chosen', ({ status }) => status.numberMisscheduled === 0);
    expect(set.status.desiredNumberScheduled).toBe(1);
  });

  it.concurrent('replaces one pod at a time when its template changes', async () => {
    await make('rolled');
    await settled('rolled');
    await change('rolled', missingImage);
    const set = await bench.until(
      'daemonsets',
      'rolled',
      ({ status }) => status.updatedNumberScheduled === 1 && status.numberUnavailable === 1,
    );
    expect(set.status.numberAvailable).toBe(nodes.length - 1);
    expect(images(await podsOf('rolled'))).toEqual([...nodes.slice(1).map(() => 'web:1'), missingImage].sort());
    await change('rolled', 'web:2');
    await settled('rolled');
    expect(new Set(images(await podsOf('rolled')))).toEqual(new Set(['web:2']));
    const revisions = await bench.list('controllerrevisions', 'app=rolled');
    expect(revisions.map(({ revision }) => revision).sort()).toEqual([1, 2, 3]);
  });

  it.concurrent('puts the new pod beside the old one when it may surge', async () => {
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
    await make('surging', { updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
    await settled('surging');
    await change('surging', missingImage);
    const pods = await bench.untilAll('pods', (all) => all.length === nodes.length + 1, 'app=surging');
    expect(images(pods).filter((image) => image === 'web:1')).toHaveLength(nodes.length);
    await change('surging', 'web:2');
    await settled('surging');
    await bench.untilAll('pods', (all) => all.length === nodes.length, 'app=surging');
  });

  it.concurrent('replaces only what is deleted when told so', async () => {
    await make('manual', { updateStrategy: { type: 'OnDelete' } });
    await settled('manual');
    await change('manual', 'web:2');
    await bench.until('daemonsets', 'manual', ({ status }) => status.observedGeneration === 2);
    const [first] = await podsOf('manual');
    expect(new Set(images(await podsOf('manual')))).toEqual(new Set(['web:1']));
    await cluster.remove(bench.at('pods', first.metadata.name));
    const set = await bench.until(
      'daemonsets',
      'manual',
      ({ status }) => status.updatedNumberScheduled === 1 && status.numberReady === nodes.length,
    );
    expect(set.status.desiredNumberScheduled).toBe(nodes.length);
  });

  it.concurrent('wants no pod where no node fits', async () => {
    await make('nowhere', { template: template('nowhere', 'web:1', { nodeSelector: { nowhere: 'yes' } }) });
    const set = await bench.until('daemonsets', 'nowhere', ({ status }) => status.observedGeneration === 1);
    expect(countsOf(set)).toEqual({
      observedGeneration: 1,
      desiredNumberScheduled: 0,
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    });
  });
});
