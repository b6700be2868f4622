import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Divergence, divergences } from '../../divergences.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { container, create, deployment, eventAbout } from './cluster-objects.ts';

// Autoscalers are slow and cost nothing while they wait: all at the same time.
vi.setConfig({ maxConcurrency: 20 });
const cluster: ClusterUnderTest = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const hurried: Divergence = 'behavior-seconds';
/** How long a second of `behavior` is in the manifest: where the divergence applies, the speed shortens it. */
const second = cluster.on === 'sandbox' && hurried in divergences ? 5 : 1;
const apps = `/apis/apps/v1/namespaces/${namespace}`;
const autoscalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
const pods = `/api/v1/namespaces/${namespace}/pods`;
const metrics = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;

const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

function autoscaler(name: string, spec: object = {}, target: object = {}) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name, ...target },
      minReplicas: 1,
      maxReplicas: 6,
      metrics: [cpu(50)],
      ...spec,
    },
  };
}

/** A Deployment whose pods request 50m and use what the annotation says, once all are measured. */
async function target(name: string, replicas: number, usage: string, spec: object = {}): Promise<void> {
  const containers = [container({ resources: { requests: { cpu: '50m' } } })];
  const annotations = { 'tars-console.dev/cpu': usage };
  await create(
    cluster,
    `${apps}/deployments`,
    deployment(name, replicas, { annotations, spec: { containers, ...spec } }),
  );
  await measured(name, replicas, usage);
}

/** Waits until the metrics API tells this usage of that many pods. */
async function measured(app: string, count: number, usage: string): Promise<void> {
  const nano = `${Number.parseInt(usage, 10) * 1_000_000}n`;
  await cluster.until(`${metrics}?labelSelector=app%3D${app}`, ({ body }) => {
    const items = body?.items ?? [];
    const told = items.filter(({ containers }: Told) => containers.every((one) => one.usage.cpu === nano));
    return items.length === count && told.length === count;
  });
}

interface Told {
  containers: { usage: { cpu: string } }[];
}

async function setUsage(app: string, usage: string): Promise<void> {
  const { body } = await cluster.get(`${pods}?labelSelector=app%3D${app}`);
  for (const { metadata } of body.items)
    await cluster.patch(
      `${pods}/${metadata.name}`,
      { metadata: { annotations: { 'tars-console.dev/cpu': usage } } },
      'merge-patch+json',
    );
}

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

/** Waits until a condition has this reason, and returns the whole autoscaler with the conditions by type. */
async function untilReason(name: string, type: string, reason: string) {
  const { body } = await cluster.until(`${autoscalers}/${name}`, ({ body }) =>
    (body.status?.conditions ?? []).some((one: Condition) => one.type === type && one.reason === reason),
  );
  const conditions: Record<string, string> = {};
  for (const { type, status, reason, message } of body.status.conditions as Condition[])
    conditions[type] = `${status} ${reason}: ${message}`;
  return { ...body, conditions };
}

const replicasOf = (path: string, wanted: number) => cluster.until(path, ({ body }) => body?.spec?.replicas === wanted);
const rescaled = (name: string, size: number, reason: string) =>
  eventAbout(cluster, namespace, name, {
    reason: 'SuccessfulRescale',
    message: `New size: ${size}; reason: ${reason}`,
  });

const able = "True SucceededGetScale: the HPA controller was able to get the target's current scale";
const steady = 'True ReadyForNewScale: recommended size matches current size';
const found = (metric: string) =>
  `True ValidMetricFound: the HPA was able to successfully calculate a replica count from ${metric}`;
const utilization = 'cpu resource utilization (percentage of request)';
const within = 'False DesiredWithinRange: the desired count is within the acceptable range';

describe.skipIf(!cluster.ours).concurrent('an autoscaler', () => {
  // Half a minute of waiting: for `npm test` there is the replay of the same trace.
  it.skipIf(!process.env.CLUSTER_UNDER_TEST)(
    'goes 1, 2, 5, 6 under load and to 3 after its window, by what it added before',
    async () => {
      const path = `${apps}/deployments/trace`;
      await target('trace', 1, '200m');
      const periodSeconds = 6 * second;
      const policies = [
        { type: 'Pods', value: 4, periodSeconds },
        { type: 'Percent', value: 100, periodSeconds },
      ];
      const scaleDown = { stabilizationWindowSeconds: 4 * second };
      const behavior = { scaleUp: { policies }, scaleDown };
      await create(cluster, autoscalers, autoscaler('trace', { minReplicas: 2, behavior }));
      await rescaled('trace', 2, 'Current number of replicas below Spec.MinReplicas');
      await rescaled('trace', 5, `${utilization} above target`);
      await rescaled('trace', 6, `${utilization} above target`);
      await replicasOf(path, 6);
      await measured('trace', 6, '200m');
      const busy = await untilReason('trace', 'ScalingLimited', 'TooManyReplicas');
      expect(busy.conditions.ScalingLimited).toBe(
        'True TooManyReplicas: the desired replica count is more than the maximum replica count',
      );
      await setUsage('trace', '10m');
      await untilReason('trace', 'AbleToScale', 'ScaleDownStabilized');
      await rescaled('trace', 3, 'All metrics below target');
      await replicasOf(path, 3);
    },
  );

  it('stays where it is within its tolerance, and tells what it measured', async () => {
    await target('steady', 2, '26m');
    await create(cluster, autoscalers, autoscaler('steady'));
    const { conditions, status } = await untilReason('steady', 'AbleToScale', 'ReadyForNewScale');
    expect(conditions).toEqual({ AbleToScale: steady, ScalingActive: found(utilization), ScalingLimited: within });
    expect(status).toEqual({
      currentReplicas: 2,
      desiredReplicas: 2,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 52, averageValue: '26m' } } },
      ],
      conditions: expect.any(Array),
    });
  });

  it('has a tolerance of its own where its behavior says so', async () => {
    await target('tolerant', 2, '26m');
    const behavior = { scaleUp: { tolerance: '0.01' } };
    await create(cluster, autoscalers, autoscaler('tolerant', { behavior }));
    await rescaled('tolerant', 3, `${utilization} above target`);
  });

  it('says when the target, or its kind, is not there', async () => {
    await create(cluster, autoscalers, autoscaler('absent'));
    await create(cluster, autoscalers, autoscaler('odd', {}, { kind: 'Oddity' }));
    const absent = await untilReason('absent', 'AbleToScale', 'FailedGetScale');
    const unable = "False FailedGetScale: the HPA controller was unable to get the target's current scale";
    expect(absent.conditions).toEqual({ AbleToScale: `${unable}: deployments.apps "absent" not found` });
    expect(absent.status).toMatchObject({ desiredReplicas: 0 });
    expect(absent.status.currentMetrics ?? null).toBeNull();
    const event = await eventAbout(cluster, namespace, 'absent', { reason: 'FailedGetScale' });
    expect(event).toMatchObject({
      type: 'Warning',
      message: 'deployments.apps "absent" not found',
      source: { component: 'horizontal-pod-autoscaler' },
    });
    const odd = await untilReason('odd', 'AbleToScale', 'FailedGetScale');
    expect(odd.conditions).toEqual({ AbleToScale: `${unable}: no matches for kind "Oddity" in group "apps"` });
  });

  it('needs a request to measure utilization against', async () => {
    await create(cluster, `${apps}/deployments`, deployment('unasked', 1));
    await create(cluster, autoscalers, autoscaler('unasked'));
    const name = (await cluster.until(`${pods}?labelSelector=app%3Dunasked`, ({ body }) => body.items.length === 1))
      .body.items[0].metadata.name;
    const inner = `failed to get cpu utilization: missing request for cpu in container main of Pod ${name}`;
    await eventAbout(cluster, namespace, 'unasked', { reason: 'FailedGetResourceMetric', message: inner });
    await eventAbout(cluster, namespace, 'unasked', {
      reason: 'FailedComputeMetricsReplicas',
      message: `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${inner}`,
    });
    const { conditions, status } = await untilReason('unasked', 'ScalingActive', 'FailedGetResourceMetric');
    expect(conditions).toEqual({
      AbleToScale: able,
      ScalingActive: `False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${inner}`,
    });
    expect(status).toMatchObject({ currentReplicas: 1, desiredReplicas: 0, currentMetrics: [{ type: '' }] });
  });

  it('is off while its target is scaled to zero', async () => {
    await create(cluster, `${apps}/deployments`, deployment('zero', 0));
    await create(cluster, autoscalers, autoscaler('zero'));
    const { conditions, status } = await untilReason('zero', 'ScalingActive', 'ScalingDisabled');
    expect(conditions).toEqual({
      AbleToScale: able,
      ScalingActive: 'False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
    });
    expect(status).toMatchObject({ desiredReplicas: 0 });
    expect(status.currentMetrics ?? null).toBeNull();
  });

  it('follows changed bounds at once', async () => {
    await create(cluster, `${apps}/deployments`, deployment('bounds', 4));
    await create(cluster, autoscalers, autoscaler('bounds', { maxReplicas: 3 }));
    await rescaled('bounds', 3, 'Current number of replicas above Spec.MaxReplicas');
    const { conditions, status } = await untilReason('bounds', 'AbleToScale', 'SucceededRescale');
    expect(conditions.AbleToScale).toBe(
      'True SucceededRescale: the HPA controller was able to update the target scale to 3',
    );
    expect(status).toMatchObject({ lastScaleTime: expect.any(String), desiredReplicas: 3, currentReplicas: 4 });
    await cluster.patch(`${autoscalers}/bounds`, { spec: { minReplicas: 5, maxReplicas: 5 } }, 'merge-patch+json');
    await rescaled('bounds', 5, 'Current number of replicas below Spec.MinReplicas');
    await replicasOf(`${apps}/deployments/bounds`, 5);
  });

  it('takes the metric that asks for most: memory by value, one container alone', async () => {
    await target('several', 1, '20m');
    const several = [
      cpu(50),
      { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '12Mi' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'main', target: { type: 'AverageValue', averageValue: '40m' } },
      },
    ];
    await create(cluster, autoscalers, autoscaler('several', { metrics: several, maxReplicas: 2 }));
    await rescaled('several', 2, 'memory resource above target');
    const { status } = await untilReason('several', 'ScalingActive', 'ValidMetricFound');
    expect(status.currentMetrics).toEqual([
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 40, averageValue: '20m' } } },
      { type: 'Resource', resource: { name: 'memory', current: { averageValue: '24Mi' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container: 'main', current: { averageValue: '20m' } },
      },
    ]);
  });

  it('calls the utilization of one container by its name', async () => {
    await target('contained', 1, '80m');
    const containerResource = {
      name: 'cpu',
      container: 'main',
      target: { type: 'Utilization', averageUtilization: 80 },
    };
    await create(
      cluster,
      autoscalers,
      autoscaler('contained', { metrics: [{ type: 'ContainerResource', containerResource }] }),
    );
    await rescaled('contained', 2, 'cpu container resource utilization (percentage of request) above target');
  });

  it('says that custom and external metrics are not served', async () => {
    await target('custom', 1, '25m');
    const average = { type: 'AverageValue', averageValue: '10' };
    const of = (type: string, source: object) => ({ metrics: [{ type, [type.toLowerCase()]: source }] });
    const described = { apiVersion: 'v1', kind: 'Service', name: 'web' };
    const kinds = {
      pods: of('Pods', { metric: { name: 'hits' }, target: average }),
      object: of('Object', {
        metric: { name: 'hits' },
        describedObject: described,
        target: { type: 'Value', value: '5' },
      }),
      external: of('External', { metric: { name: 'hits' }, target: average }),
    };
    for (const [name, spec] of Object.entries(kinds)) {
      const replicas = await create(cluster, `${apps}/deployments`, deployment(name, 1));
      expect(replicas.metadata.name).toBe(name);
      await create(cluster, autoscalers, autoscaler(name, spec));
    }
    const head = 'False FailedGet';
    const unable = 'Metric: the HPA was unable to compute the replica count: ';
    const customApi =
      'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
    const externalApi =
      'unable to fetch metrics from external metrics API: the server could not find the requested resource (get hits.external.metrics.k8s.io)';
    const ofPods = await untilReason('pods', 'ScalingActive', 'FailedGetPodsMetric');
    expect(ofPods.conditions.ScalingActive).toBe(`${head}Pods${unable}unable to get metric hits: ${customApi}`);
    const ofObject = await untilReason('object', 'ScalingActive', 'FailedGetObjectMetric');
    expect(ofObject.conditions.ScalingActive).toBe(
      `${head}Object${unable}unable to get metric hits: Service on ${namespace} web/${customApi}`,
    );
    const outer = await untilReason('external', 'ScalingActive', 'FailedGetExternalMetric');
    expect(outer.conditions.ScalingActive).toBe(
      `${head}External${unable}unable to get external metric ${namespace}/hits/nil: ${externalApi}`,
    );
  });

  it('refuses pods that two autoscalers select', async () => {
    await target('shared', 1, '100m');
    await create(cluster, autoscalers, autoscaler('shared'));
    await create(cluster, autoscalers, autoscaler('shared-too', {}, { name: 'shared' }));
    const { conditions } = await untilReason('shared', 'ScalingActive', 'AmbiguousSelector');
    const message = `pods by selector app=shared are controlled by multiple HPAs: [${namespace}/shared ${namespace}/shared-too]`;
    const other = `pods by selector app=shared are controlled by multiple HPAs: [${namespace}/shared-too ${namespace}/shared]`;
    expect([`False AmbiguousSelector: ${message}`, `False AmbiguousSelector: ${other}`]).toContain(
      conditions.ScalingActive,
    );
    const event = await eventAbout(cluster, namespace, 'shared', { reason: 'AmbiguousSelector' });
    expect([message, other]).toContain(event.message);
  });

  it('does not go down where that is disabled, and goes up by a percentage', async () => {
    await target('rates', 4, '60m');
    const periodSeconds = 60 * second;
    const scaleUp = { policies: [{ type: 'Percent', value: 30, periodSeconds }], selectPolicy: 'Min' };
    const behavior = { scaleUp, scaleDown: { selectPolicy: 'Disabled', stabilizationWindowSeconds: 0 } };
    await create(cluster, autoscalers, autoscaler('rates', { behavior, maxReplicas: 12 }));
    await rescaled('rates', 6, `${utilization} above target`);
    const up = await untilReason('rates', 'ScalingLimited', 'ScaleUpLimit');
    expect(up.conditions.ScalingLimited).toBe(
      'True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale rate',
    );
    await measured('rates', 6, '60m');
    await setUsage('rates', '5m');
    const down = await untilReason('rates', 'ScalingLimited', 'ScaleDownLimit');
    expect(down.conditions.ScalingLimited).toBe(
      'True ScaleDownLimit: the desired replica count is decreasing faster than the maximum scale rate',
    );
    expect(down.status.desiredReplicas).toBe(6);
  });

  it('scales a StatefulSet and a ReplicaSet too', async () => {
    const labels = (app: string) => ({
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [container()] } },
    });
    const set = (kind: string, name: string, more = {}) => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name },
      spec: { replicas: 1, ...labels(name), ...more },
    });
    await create(cluster, `${apps}/statefulsets`, set('StatefulSet', 'stateful', { serviceName: 'none' }));
    await create(cluster, `${apps}/replicasets`, set('ReplicaSet', 'bare'));
    await create(cluster, autoscalers, autoscaler('stateful', { minReplicas: 2 }, { kind: 'StatefulSet' }));
    await create(cluster, autoscalers, autoscaler('bare', { minReplicas: 2 }, { kind: 'ReplicaSet' }));
    await replicasOf(`${apps}/statefulsets/stateful`, 2);
    await replicasOf(`${apps}/replicasets/bare`, 2);
  });

  it('can be read and written as autoscaling/v1', async () => {
    const v1 = `/apis/autoscaling/v1/namespaces/${namespace}/horizontalpodautoscalers`;
    await target('older', 1, '25m');
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'older' };
    const spec = { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 };
    const object = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'older' }, spec };
    const made = await create(cluster, v1, object);
    expect(made.spec).toEqual({ ...spec, minReplicas: 1 });
    const newer = await untilReason('older', 'ScalingActive', 'ValidMetricFound');
    expect(newer.spec).toEqual({ scaleTargetRef, minReplicas: 1, maxReplicas: 3, metrics: [cpu(50)] });
    const { body } = await cluster.get(`${v1}/older`);
    expect(body.status).toEqual({ currentReplicas: 1, desiredReplicas: 1, currentCPUUtilizationPercentage: 50 });
    const { annotations } = body.metadata;
    expect(Object.keys(annotations).sort()).toEqual([
      'autoscaling.alpha.kubernetes.io/conditions',
      'autoscaling.alpha.kubernetes.io/current-metrics',
    ]);
    expect(JSON.parse(annotations['autoscaling.alpha.kubernetes.io/current-metrics'])).toEqual([
      { type: 'Resource', resource: { name: 'cpu', currentAverageUtilization: 50, currentAverageValue: '25m' } },
    ]);
  });
});
