import { expect, test, vi } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { asPod } from '../../../src/kubernetes/pod.ts';
import { readinessOf } from '../../../src/kubernetes/readiness.ts';
import type { Deployment } from '../../../src/kubernetes/workload.ts';
import { createInformer } from '../../../src/sandbox/informer.ts';
import { type Cluster, deployment, startCluster, template } from './cluster.ts';

const waiting = { timeout: 15_000, interval: 50 };
const path = '/apis/apps/v1/namespaces/default/deployments/web';
const read = async ({ client }: Cluster) => (await client.get(path)) as Deployment;

async function rolledOut(cluster: Cluster): Promise<Deployment> {
  return vi.waitFor(async () => {
    const found = await read(cluster);
    expect(readinessOf(found).message).toMatch(new RegExp(`^${found.spec.replicas} of`));
    expect(readinessOf(found)).toMatchObject({ ready: true });
    return found;
  }, waiting);
}

test('a deployment comes up on both nodes, with its conditions, owners and events', async () => {
  const cluster = await startCluster();
  await cluster.apply(deployment('web', 4));
  const { status } = await rolledOut(cluster);
  expect(status).toMatchObject({ replicas: 4, updatedReplicas: 4, readyReplicas: 4, availableReplicas: 4 });
  await vi.waitFor(async () => {
    const { conditions = [] } = (await read(cluster)).status ?? {};
    expect(conditions.map(({ type, status: is, reason }) => [type, is, reason]).sort()).toEqual([
      ['Available', 'True', 'MinimumReplicasAvailable'],
      ['Progressing', 'True', 'NewReplicaSetAvailable'],
    ]);
  }, waiting);
  const pods = (await cluster.list('/api/v1/namespaces/default/pods')).map(asPod);
  expect(pods).toHaveLength(4);
  expect(new Set(pods.map(({ spec }) => spec.nodeName))).toEqual(new Set(['node-1', 'node-2']));
  const [set] = await cluster.list('/apis/apps/v1/namespaces/default/replicasets');
  expect(set?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
  for (const { metadata } of pods) {
    expect(metadata.name).toMatch(new RegExp(`^${set?.metadata.name}-[bcdfghjklmnpqrstvwxz2456789]{5}$`));
    expect(metadata.ownerReferences?.[0]?.uid).toBe(set?.metadata.uid);
  }
  await vi.waitFor(async () => {
    const events = await cluster.events();
    expect(events).toContain(`ScalingReplicaSet: Scaled up replica set ${set?.metadata.name} from 0 to 4`);
    expect(events.filter((event) => event.startsWith('SuccessfulCreate: Created pod:'))).toHaveLength(4);
    expect(events.filter((event) => event.startsWith('Scheduled: Successfully assigned default/'))).toHaveLength(4);
  }, waiting);
  expect(cluster.problems).toEqual([]);
});

test('a rolling update never goes beyond its surge nor below what must stay available, and counts revisions', async () => {
  const cluster = await startCluster();
  await cluster.apply(deployment('web', 4, { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }));
  await rolledOut(cluster);
  const pods = createInformer(cluster.client, '/api/v1/namespaces/default/pods');
  await pods.synced;
  const counts: [number, number][] = [];
  pods.on(() => {
    const living = pods
      .list()
      .map(asPod)
      .filter(({ metadata }) => !metadata.deletionTimestamp);
    const ready = living.filter(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    );
    counts.push([living.length, ready.length]);
  });
  await cluster.client.patch(path, { spec: { template: template('web', 'web:2') } }, 'merge');
  await vi.waitFor(async () => {
    const found = await rolledOut(cluster);
    expect(found.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
  }, waiting);
  pods.stop();
  expect(Math.max(...counts.map(([living]) => living))).toBeLessThanOrEqual(5);
  expect(Math.min(...counts.map(([, ready]) => ready))).toBeGreaterThanOrEqual(3);
  const sets = await cluster.list('/apis/apps/v1/namespaces/default/replicasets');
  expect(sets.map(({ spec }) => (spec as { replicas: number }).replicas).sort()).toEqual([0, 4]);
  expect(cluster.problems).toEqual([]);
});

test('scaling, and going back to an older template, use the ReplicaSets that are there', async () => {
  const cluster = await startCluster();
  await cluster.apply(deployment('web', 1));
  await rolledOut(cluster);
  await cluster.client.patch(`${path}/scale`, { spec: { replicas: 3 } }, 'merge');
  await rolledOut(cluster);
  await cluster.client.patch(path, { spec: { template: template('web', 'web:2') } }, 'merge');
  await rolledOut(cluster);
  await cluster.client.patch(path, { spec: { template: template('web', 'web:1') } }, 'merge');
  await vi.waitFor(async () => {
    const found = await rolledOut(cluster);
    expect(found.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  }, waiting);
  expect(await cluster.list('/apis/apps/v1/namespaces/default/replicasets')).toHaveLength(2);
  await cluster.client.patch(`${path}/scale`, { spec: { replicas: 0 } }, 'merge');
  await vi.waitFor(async () => expect(await cluster.list('/api/v1/namespaces/default/pods')).toEqual([]), waiting);
  expect(cluster.problems).toEqual([]);
});

test('Recreate takes every old pod away before it makes new ones', async () => {
  const cluster = await startCluster();
  await cluster.apply(deployment('web', 2, { strategy: { type: 'Recreate' } }));
  await rolledOut(cluster);
  const images = new Set<string>();
  const pods = createInformer(cluster.client, '/api/v1/namespaces/default/pods');
  await pods.synced;
  pods.on(() => {
    const present = new Set(pods.list().map((pod) => asPod(pod).spec.containers[0]?.image));
    images.add([...present].sort().join('+'));
  });
  await cluster.client.patch(path, { spec: { template: template('web', 'web:2') } }, 'merge');
  await vi.waitFor(() => expect([...images]).toContain('web:2'), waiting);
  await rolledOut(cluster);
  pods.stop();
  expect([...images]).not.toContain('web:1+web:2');
});

test('a rollout that does not become ready exceeds its deadline, shortened by the speed', async () => {
  const cluster = await startCluster({ speed: 20 });
  cluster.kubelet.fate = () => 'unready';
  await cluster.apply(deployment('web', 1, { progressDeadlineSeconds: 20 }));
  await vi.waitFor(async () => {
    expect(readinessOf(await read(cluster)).failed?.reason).toBe('ProgressDeadlineExceeded');
  }, waiting);
});

test('deleting a deployment deletes what it owns: in the background, in the foreground, or not at all', async () => {
  const cluster = await startCluster();
  const everything = async (): Promise<KubernetesObject[]> => [
    ...(await cluster.list('/apis/apps/v1/namespaces/default/deployments')),
    ...(await cluster.list('/apis/apps/v1/namespaces/default/replicasets')),
    ...(await cluster.list('/api/v1/namespaces/default/pods')),
  ];
  for (const propagationPolicy of ['Background', 'Foreground']) {
    await cluster.apply(deployment('web', 2));
    await rolledOut(cluster);
    await cluster.client.remove(path, { propagationPolicy });
    await vi.waitFor(async () => expect((await everything()).map(({ kind }) => kind)).toEqual([]), waiting);
  }
  await cluster.apply(deployment('web', 2));
  await rolledOut(cluster);
  await cluster.client.remove(path, { propagationPolicy: 'Orphan' });
  await vi.waitFor(async () => {
    expect((await everything()).map(({ kind }) => kind)).toHaveLength(3);
    const [set] = await cluster.list('/apis/apps/v1/namespaces/default/replicasets');
    expect(set?.metadata.ownerReferences ?? []).toEqual([]);
  }, waiting);
  // Made again, it takes its old ReplicaSet back.
  await cluster.apply(deployment('web', 2));
  await rolledOut(cluster);
  expect(await everything()).toHaveLength(4);
  expect(cluster.problems).toEqual([]);
});
