import { expect, test, vi } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { asPod } from '../../../src/kubernetes/pod.ts';
import { readinessOf } from '../../../src/kubernetes/readiness.ts';
import { createInformer } from '../../../src/sandbox/informer.ts';
import { type Cluster, deployment, node, startCluster, template } from './cluster.ts';

const waiting = { timeout: 15_000, interval: 50 };
const pods = '/api/v1/namespaces/default/pods';
const names = async ({ list }: Cluster) => (await list(pods)).map(({ metadata }) => metadata.name).sort();
const selector = { matchLabels: { app: 'db' } };
const about = (apiVersion: string, kind: string, spec: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'db', namespace: 'default' },
  spec,
});

async function becomesReady(cluster: Cluster, path: string, generation = 1): Promise<void> {
  await vi.waitFor(async () => {
    const found = await cluster.client.get(path);
    expect(found.metadata.generation).toBe(generation);
    expect(readinessOf(found)).toMatchObject({ ready: true });
  }, waiting);
}

test('a StatefulSet makes its pods in order, with claims of their own, and renews them from the last', async () => {
  const cluster = await startCluster();
  const path = '/apis/apps/v1/namespaces/default/statefulsets/db';
  const order: string[] = [];
  const informer = createInformer(cluster.client, pods);
  informer.on(({ type, object }) => type !== 'modified' && order.push(`${type} ${object.metadata.name}`));
  const volumeClaimTemplates = [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ];
  const storage = {
    metadata: { name: 'now', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'tars-console.dev/sandbox',
    volumeBindingMode: 'Immediate',
  };
  await cluster.client.create('/apis/storage.k8s.io/v1/storageclasses', storage);
  await cluster.apply(
    about('apps/v1', 'StatefulSet', {
      replicas: 3,
      serviceName: 'db',
      selector,
      template: template('db'),
      volumeClaimTemplates,
    }),
  );
  await becomesReady(cluster, path);
  expect(order).toEqual(['added db-0', 'added db-1', 'added db-2']);
  const claims = await cluster.list('/api/v1/namespaces/default/persistentvolumeclaims');
  expect(claims.map(({ metadata }) => metadata.name).sort()).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
  order.length = 0;
  await cluster.client.patch(path, { spec: { template: template('db', 'db:2') } }, 'merge');
  await vi.waitFor(async () => {
    const images = (await cluster.list(pods)).map((pod) => asPod(pod).spec.containers[0]?.image);
    expect(images).toEqual(['db:2', 'db:2', 'db:2']);
  }, waiting);
  await becomesReady(cluster, path, 2);
  expect(order.filter((line) => line.startsWith('deleted'))).toEqual(['deleted db-2', 'deleted db-1', 'deleted db-0']);
  await cluster.client.patch(`${path}/scale`, { spec: { replicas: 1 } }, 'merge');
  await vi.waitFor(async () => expect(await names(cluster)).toEqual(['db-0']), waiting);
  informer.stop();
  expect(cluster.problems).toEqual([]);
});

test('a DaemonSet runs once on each node, on new ones too', async () => {
  const cluster = await startCluster();
  const path = '/apis/apps/v1/namespaces/default/daemonsets/db';
  await cluster.apply(about('apps/v1', 'DaemonSet', { selector, template: template('db') }));
  await becomesReady(cluster, path);
  await cluster.client.create('/api/v1/nodes', node('node-3'));
  await vi.waitFor(async () => {
    const on = (await cluster.list(pods)).map((pod) => asPod(pod).spec.nodeName).sort();
    expect(on).toEqual(['node-1', 'node-2', 'node-3']);
  }, waiting);
  await cluster.client.patch(path, { spec: { template: template('db', 'db:2') } }, 'merge');
  await vi.waitFor(async () => {
    const images = (await cluster.list(pods)).map((pod) => asPod(pod).spec.containers[0]?.image);
    expect(images).toEqual(['db:2', 'db:2', 'db:2']);
  }, waiting);
  expect(cluster.problems).toEqual([]);
});

test('a Job runs to its end, and gives up after its backoff limit', async () => {
  const cluster = await startCluster({ speed: 100 });
  const path = '/apis/batch/v1/namespaces/default/jobs/db';
  const job = (more: object) =>
    about('batch/v1', 'Job', {
      template: { spec: { ...(template('db').spec as object), restartPolicy: 'Never' } },
      ...more,
    });
  cluster.kubelet.fate = () => 'Succeeded';
  await cluster.apply(job({ completions: 3, parallelism: 2 }));
  await becomesReady(cluster, path);
  expect(await names(cluster)).toHaveLength(3);
  await cluster.client.remove(path, { propagationPolicy: 'Foreground' });
  await vi.waitFor(async () => expect(await names(cluster)).toEqual([]), waiting);
  cluster.kubelet.fate = () => 'Failed';
  await cluster.apply(job({ backoffLimit: 1 }));
  await vi.waitFor(async () => {
    expect(readinessOf(await cluster.client.get(path)).failed).toMatchObject({
      reason: 'BackoffLimitExceeded',
      message: expect.stringContaining('(Job has reached the specified backoff limit)'),
    });
  }, waiting);
  expect(await names(cluster)).toHaveLength(2);
  expect(cluster.problems).toEqual([]);
});

test('a quota counts what is there, finished pods not among the running', async () => {
  const cluster = await startCluster();
  const hard = { pods: '5', 'requests.cpu': '1', 'count/deployments.apps': '3' };
  await cluster.apply(about('v1', 'ResourceQuota', { hard }), deployment('web', 2));
  const used = async () => (await cluster.client.get('/api/v1/namespaces/default/resourcequotas/db')).status;
  await vi.waitFor(async () => {
    const expected = { pods: '2', 'requests.cpu': '200m', 'count/deployments.apps': '1' };
    expect(await used()).toEqual({ hard, used: expected });
  }, waiting);
  await cluster.client.remove('/apis/apps/v1/namespaces/default/deployments/web');
  await vi.waitFor(async () => {
    expect(await used()).toEqual({ hard, used: { pods: '0', 'requests.cpu': '0', 'count/deployments.apps': '0' } });
  }, waiting);
});

test('a disruption budget says how many pods may go', async () => {
  const cluster = await startCluster();
  const budget = about('policy/v1', 'PodDisruptionBudget', {
    minAvailable: '50%',
    selector: { matchLabels: { app: 'web' } },
  });
  await cluster.apply(budget, deployment('web', 3));
  await vi.waitFor(async () => {
    const { status } = await cluster.client.get('/apis/policy/v1/namespaces/default/poddisruptionbudgets/db');
    expect(status).toMatchObject({ expectedPods: 3, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 });
  }, waiting);
});
