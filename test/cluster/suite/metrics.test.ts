import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import { runningPod } from '../support/streams.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

it.skipIf(!cluster.ours)('metrics of pods and nodes come through the aggregation layer', async () => {
  const namespace = await cluster.namespace();
  await runningPod(cluster, namespace, 'web', { image: 'web:1', command: null });
  const group = '/apis/metrics.k8s.io/v1beta1';
  const { body } = await cluster.until(`${group}/namespaces/${namespace}/pods/web`, ({ status }) => status === 200);
  expect(body).toMatchObject({ kind: 'PodMetrics', apiVersion: 'metrics.k8s.io/v1beta1', metadata: { name: 'web' } });
  expect(body.containers[0]).toEqual({
    name: 'main',
    usage: { cpu: expect.stringMatching(/^\d+[nm]?$/), memory: expect.stringMatching(/^\d+Ki$/) },
  });
  const nodes = await cluster.get(`${group}/nodes`);
  expect(nodes.body).toMatchObject({ kind: 'NodeMetricsList' });
  expect(nodes.body.items).toHaveLength(3);
});
