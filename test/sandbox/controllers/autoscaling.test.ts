import { expect, test, vi } from 'vitest';
import type { HorizontalPodAutoscaler } from '../../../src/kubernetes/autoscaler.ts';
import { conditionOf, timestamp } from '../../../src/kubernetes/condition.ts';
import { explainAutoscaler } from '../../../src/kubernetes/horizontal-pod-autoscaler.ts';
import type { Deployment } from '../../../src/kubernetes/workload.ts';
import type { AggregatedApi } from '../../../src/sandbox/api/delegates.ts';
import { type Cluster, deployment, startCluster } from './cluster.ts';

const waiting = { timeout: 15_000, interval: 50 };
const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 6,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 20 } },
  },
};

/** Pod metrics by decree: all pods share the load. */
function meter() {
  const load = { milli: 0, measured: true, pods: async (): Promise<{ name: string }[]> => [] };
  const api: AggregatedApi = {
    resources: [{ plural: 'pods', singular: 'pod', kind: 'PodMetrics', namespaced: true, verbs: ['get', 'list'] }],
    async get() {
      const pods = load.measured ? await load.pods() : [];
      const usage = { cpu: `${Math.round((load.milli * 1e6) / Math.max(1, pods.length))}n`, memory: '10Mi' };
      const items = pods.map(({ name }) => ({
        metadata: { name, namespace: 'default' },
        timestamp: timestamp(Date.now() + 1000),
        window: '10ms',
        containers: [{ name: 'web', usage }],
      }));
      return {
        status: 200,
        body: { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items },
      };
    },
  };
  return { load, delegates: { aggregated: { 'metrics.k8s.io/v1beta1': api } } };
}

async function scaledCluster() {
  const { load, delegates } = meter();
  const cluster = await startCluster({ speed: 50, delegates });
  load.pods = async () => (await cluster.list('/api/v1/namespaces/default/pods')).map(({ metadata }) => metadata);
  await cluster.apply(deployment('web', 2), autoscaler);
  return { cluster, load };
}

const scaler = async ({ client }: Cluster) =>
  (await client.get('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web')) as HorizontalPodAutoscaler;
const replicas = async ({ client }: Cluster) =>
  ((await client.get('/apis/apps/v1/namespaces/default/deployments/web')) as Deployment).spec.replicas;

test('load raises replicas up to the maximum, its end lowers them after the window, and all of it is told', async () => {
  const { cluster, load } = await scaledCluster();
  await vi.waitFor(async () => {
    expect(explainAutoscaler(await scaler(cluster))).toBe('at min 2: 0/50 × 2 = 0');
  }, waiting);
  load.milli = 250;
  await vi.waitFor(async () => expect(await replicas(cluster)).toBe(5), waiting);
  load.milli = 600;
  await vi.waitFor(async () => {
    expect(await replicas(cluster)).toBe(6);
    const found = await scaler(cluster);
    expect(conditionOf(found.status?.conditions, 'ScalingLimited')?.reason).toBe('TooManyReplicas');
    expect(explainAutoscaler(found)).toMatch(/^at max 6: 100\/50 × 6 = 12$/);
  }, waiting);
  load.milli = 0;
  await vi.waitFor(async () => expect(await replicas(cluster)).toBe(2), waiting);
  const found = await scaler(cluster);
  expect(found.status).toMatchObject({ lastScaleTime: expect.any(String) });
  await vi.waitFor(async () => {
    const events = await cluster.events();
    const above = 'reason: cpu resource utilization (percentage of request) above target';
    expect(events).toContain(`SuccessfulRescale: New size: 5; ${above}`);
    expect(events).toContain('SuccessfulRescale: New size: 2; reason: All metrics below target');
  }, waiting);
  expect(cluster.problems).toEqual([]);
});

test('without metrics, and without a target, it says so and changes nothing', async () => {
  const { cluster, load } = await scaledCluster();
  load.measured = false;
  await vi.waitFor(async () => {
    const found = await scaler(cluster);
    expect(conditionOf(found.status?.conditions, 'ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message: expect.stringContaining('no metrics returned from resource metrics API'),
    });
  }, waiting);
  expect(await replicas(cluster)).toBe(2);
  await cluster.client.remove('/apis/apps/v1/namespaces/default/deployments/web');
  await vi.waitFor(async () => {
    const { conditions } = (await scaler(cluster)).status ?? {};
    expect(conditionOf(conditions, 'AbleToScale')).toMatchObject({ status: 'False', reason: 'FailedGetScale' });
  }, waiting);
  expect(await cluster.events()).toContainEqual(
    expect.stringMatching(/^FailedComputeMetricsReplicas: invalid metrics \(1 invalid out of 1\)/),
  );
});
