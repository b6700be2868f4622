import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Divergence } from '../divergences.ts';
import { openCluster } from '../support/cluster.ts';
import { listeningPod } from '../support/streams.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let base = '';
beforeAll(async () => {
  const namespace = await cluster.namespace();
  base = `/api/v1/namespaces/${namespace}`;
  await listeningPod(cluster, namespace, 'web');
});

const said = async (path: string) => {
  const { status, body } = await cluster.get(`${base}/${path}`);
  return [status, body.reason, body.message];
};

it('refuses what is not there in the words of Kubernetes', async () => {
  await cluster.post(`${base}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'empty' },
    spec: { selector: { app: 'nobody' }, ports: [{ name: 'http', port: 80 }] },
  });
  expect(await said('pods/none/proxy/')).toEqual([404, 'NotFound', 'pods "none" not found']);
  expect(await said('services/none/proxy/')).toEqual([404, 'NotFound', 'services "none" not found']);
  expect(await said('services/empty:http/proxy/')).toEqual([
    503,
    'ServiceUnavailable',
    'no endpoints available for service "empty"',
  ]);
  expect(await said('services/empty:81/proxy/')).toEqual([
    503,
    'ServiceUnavailable',
    'no service port 81 found for service "empty"',
  ]);
});

const reason: Divergence = 'pod-addresses';

// On the real control plane nothing leads to an address of a pod.
it.skipIf(cluster.on === 'real')(`reaches a pod by its port (${reason})`, async () => {
  const { status, text } = await cluster.get(`${base}/pods/web:8080/proxy/path?q=1`);
  expect([status, text]).toEqual([200, 'web\n']);
});
