import { expect, test, vi } from 'vitest';
import { asPod } from '../../../src/kubernetes/pod.ts';
import { readinessOf } from '../../../src/kubernetes/readiness.ts';
import { type Cluster, deployment, node, startCluster, template } from './cluster.ts';

const waiting = { timeout: 15_000, interval: 50 };
const podsOf = async ({ list }: Cluster) =>
  (await list('/api/v1/namespaces/default/pods')).map((pod) => asPod({ ...pod, apiVersion: 'v1', kind: 'Pod' }));

test('a pod that fits nowhere says why, and goes to a node that comes later', async () => {
  const cluster = await startCluster();
  await cluster.apply(deployment('big', 1, { template: template('big', 'web:1', '6') }));
  const message = '0/2 nodes are available: 2 Insufficient cpu.';
  await vi.waitFor(async () => {
    const [pod] = await podsOf(cluster);
    expect(pod && readinessOf(pod).failed).toMatchObject({ reason: 'Unschedulable' });
    expect(await cluster.events()).toContainEqual(expect.stringContaining(`FailedScheduling: ${message}`));
  }, waiting);
  await cluster.client.create('/api/v1/nodes', node('node-3', { cpu: '8' }));
  await vi.waitFor(async () => expect((await podsOf(cluster))[0]?.spec.nodeName).toBe('node-3'), waiting);
  expect(cluster.problems).toEqual([]);
});

test('pods scheduled at the same moment never overbook a node', async () => {
  const cluster = await startCluster();
  await cluster.apply(deployment('web', 20, { template: template('web', 'web:1', '500m') }));
  await vi.waitFor(async () => {
    const pods = await podsOf(cluster);
    const on = (name: string) => pods.filter(({ spec }) => spec.nodeName === name).length;
    expect([on('node-1'), on('node-2'), pods.length]).toEqual([8, 8, 20]);
  }, waiting);
});

const storageClass = (name: string, volumeBindingMode: string) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, annotations: name === 'late' ? { 'storageclass.kubernetes.io/is-default-class': 'true' } : {} },
  provisioner: 'tars-console.dev/sandbox',
  volumeBindingMode,
  reclaimPolicy: 'Delete',
});
const claim = (name: string, storageClassName?: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '5Gi' } },
    ...(storageClassName ? { storageClassName } : {}),
  },
});

test('an immediate claim is bound at once, a late one with its first pod, and both volumes go with their claims', async () => {
  const cluster = await startCluster();
  await cluster.client.create('/apis/storage.k8s.io/v1/storageclasses', storageClass('late', 'WaitForFirstConsumer'));
  await cluster.client.create('/apis/storage.k8s.io/v1/storageclasses', storageClass('now', 'Immediate'));
  await cluster.apply(claim('a', 'now'), claim('b'));
  const phases = async () => {
    const claims = await cluster.list('/api/v1/namespaces/default/persistentvolumeclaims');
    return claims.map(({ metadata, status }) => [metadata.name, (status as { phase: string }).phase]);
  };
  await vi.waitFor(async () => {
    expect(await phases()).toEqual([
      ['a', 'Bound'],
      ['b', 'Pending'],
    ]);
    expect(await cluster.events()).toContain(
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
    );
  }, waiting);
  const using = template('web');
  const volumes = ['a', 'b'].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  await cluster.apply(deployment('web', 1, { template: { ...using, spec: { ...(using.spec as object), volumes } } }));
  await vi.waitFor(async () => {
    expect(await phases()).toEqual([
      ['a', 'Bound'],
      ['b', 'Bound'],
    ]);
    expect((await podsOf(cluster))[0]?.status?.phase).toBe('Running');
  }, waiting);
  expect(await cluster.list('/api/v1/persistentvolumes')).toHaveLength(2);
  // A claim in use stays until its pod is gone.
  for (const name of ['a', 'b'])
    await cluster.client.remove(`/api/v1/namespaces/default/persistentvolumeclaims/${name}`);
  expect((await phases()).length).toBe(2);
  await cluster.client.remove('/apis/apps/v1/namespaces/default/deployments/web');
  await vi.waitFor(async () => {
    expect(await phases()).toEqual([]);
    expect(await cluster.list('/api/v1/persistentvolumes')).toEqual([]);
  }, waiting);
  expect(cluster.problems).toEqual([]);
});
