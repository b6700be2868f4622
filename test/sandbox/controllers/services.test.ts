import { expect, test, vi } from 'vitest';
import { deployment, startCluster } from './cluster.ts';

const waiting = { timeout: 15_000, interval: 50 };
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8000 }] },
};

test('a Service has the addresses of its ready pods, in Endpoints and in EndpointSlices', async () => {
  const cluster = await startCluster();
  cluster.kubelet.fate = (pod) => (pod.metadata.name === 'slow' ? 'unready' : 'ready');
  const slow = {
    metadata: { name: 'slow', namespace: 'default', labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'web:1' }] },
  };
  await cluster.apply(service, deployment('web', 2), { apiVersion: 'v1', kind: 'Pod', ...slow });
  await vi.waitFor(async () => {
    const { subsets } = await cluster.client.get<{
      subsets: { addresses: unknown[]; notReadyAddresses: unknown[]; ports: unknown[] }[];
    }>('/api/v1/namespaces/default/endpoints/web');
    expect(subsets).toHaveLength(1);
    expect([subsets[0]?.addresses.length, subsets[0]?.notReadyAddresses.length]).toEqual([2, 1]);
    expect(subsets[0]?.ports).toEqual([{ name: 'http', port: 8000, protocol: 'TCP' }]);
  }, waiting);
  await vi.waitFor(async () => {
    const slices = await cluster.list('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices');
    expect(slices).toHaveLength(1);
    const endpoints = slices[0]?.endpoints as { conditions: { ready: boolean } }[];
    expect(endpoints.map(({ conditions }) => conditions.ready).sort()).toEqual([false, true, true]);
    expect(slices[0]?.metadata.labels?.['kubernetes.io/service-name']).toBe('web');
  }, waiting);
  await cluster.client.remove('/api/v1/namespaces/default/services/web');
  await vi.waitFor(async () => {
    expect(await cluster.list('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices')).toEqual([]);
    expect(await cluster.list('/api/v1/namespaces/default/endpoints')).toEqual([]);
  }, waiting);
  expect(cluster.problems).toEqual([]);
});

test('a namespace gets its default account, and goes with everything in it', async () => {
  const cluster = await startCluster();
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await vi.waitFor(async () => {
    const accounts = await cluster.list('/api/v1/namespaces/shop/serviceaccounts');
    expect(accounts.map(({ metadata }) => metadata.name)).toEqual(['default']);
  }, waiting);
  const web = deployment('web', 2);
  await cluster.apply({ ...web, metadata: { name: 'web', namespace: 'shop' } });
  await vi.waitFor(async () => expect(await cluster.list('/api/v1/namespaces/shop/pods')).toHaveLength(2), waiting);
  await cluster.client.remove('/api/v1/namespaces/shop');
  await vi.waitFor(async () => {
    const names = (await cluster.list('/api/v1/namespaces')).map(({ metadata }) => metadata.name);
    expect(names).not.toContain('shop');
  }, waiting);
  expect(await cluster.list('/api/v1/pods')).toEqual([]);
});
