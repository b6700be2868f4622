import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { container, create, deployment, pod } from './cluster-objects.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
const pods = `/api/v1/namespaces/${namespace}/pods`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
afterAll(() => cluster.close());

const budget = (name: string, spec: object) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, ...spec },
});

interface Status {
  currentHealthy: number;
  desiredHealthy: number;
  disruptionsAllowed: number;
  expectedPods: number;
}

async function statusOf(name: string, wanted: Partial<Status>) {
  const { body } = await cluster.until(`${budgets}/${name}`, ({ body }) =>
    Object.entries(wanted).every(([key, value]) => body.status?.[key] === value),
  );
  return body.status;
}

const evict = (name: string, options: object = {}) =>
  cluster.post(`${pods}/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    ...options,
  });

const names = async (app: string): Promise<string[]> =>
  (await cluster.get(`${pods}?labelSelector=app%3D${app}`)).body.items.map(
    (one: { metadata: { name: string } }) => one.metadata.name,
  );

async function eventOf(name: string, reason: string) {
  const path = `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3D${name},reason%3D${reason}`;
  return (await cluster.until(path, ({ body }) => body.items?.length > 0)).body.items[0];
}

describe.skipIf(!cluster.ours)('a budget for disruptions', () => {
  it('counts the wanted replicas, rounding percentages up', async () => {
    await create(cluster, deployments, deployment('percent', 3));
    await create(cluster, budgets, budget('percent', { minAvailable: '50%' }));
    const status = await statusOf('percent', { currentHealthy: 3 });
    expect(status).toEqual({
      currentHealthy: 3,
      desiredHealthy: 2,
      disruptionsAllowed: 1,
      expectedPods: 3,
      observedGeneration: 1,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: 'True',
          reason: 'SufficientPods',
          message: '',
          observedGeneration: 1,
          lastTransitionTime: expect.any(String),
        },
      ],
    });
    await cluster.patch(
      `${budgets}/percent`,
      { spec: { minAvailable: null, maxUnavailable: '50%' } },
      'merge-patch+json',
    );
    await statusOf('percent', { desiredHealthy: 1, disruptionsAllowed: 2 });
    await cluster.patch(`${budgets}/percent`, { spec: { maxUnavailable: 0 } }, 'merge-patch+json');
    const strict = await statusOf('percent', { desiredHealthy: 3, disruptionsAllowed: 0 });
    expect(strict.conditions[0]).toMatchObject({ status: 'False', reason: 'InsufficientPods', observedGeneration: 3 });
  });

  it('lets evictions through as long as it allows, then answers 429', async () => {
    await create(cluster, deployments, deployment('guarded', 2));
    await create(cluster, budgets, budget('guarded', { minAvailable: 2 }));
    await statusOf('guarded', { currentHealthy: 2, disruptionsAllowed: 0 });
    const [first = ''] = await names('guarded');
    const refused = await evict(first);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget guarded needs 2 healthy pods and has 2 currently',
          },
        ],
      },
    });
    await cluster.patch(`${budgets}/guarded`, { spec: { minAvailable: 1 } }, 'merge-patch+json');
    await statusOf('guarded', { disruptionsAllowed: 1 });
    expect((await evict(first)).status).toBe(201);
    await cluster.until(`${pods}/${first}`, ({ status }) => status === 404);
    await statusOf('guarded', { currentHealthy: 2, disruptionsAllowed: 1 });
  });

  it('says nothing of pods that wait or are done', async () => {
    const nowhere = { nodeSelector: { no: 'such' } };
    const done = { restartPolicy: 'Never', containers: [container({ command: ['true'] })] };
    await create(cluster, pods, pod('pending', nowhere, { labels: { app: 'idle' } }));
    await create(cluster, pods, pod('finished', done, { labels: { app: 'idle' } }));
    await create(cluster, budgets, budget('idle', { minAvailable: 1 }));
    await cluster.until(`${pods}/finished`, ({ body }) => body.status.phase === 'Succeeded');
    await statusOf('idle', { currentHealthy: 0, desiredHealthy: 1, disruptionsAllowed: 0 });
    expect((await evict('pending')).status).toBe(201);
    expect((await evict('finished')).status).toBe(201);
  });

  it('lets pods that are not ready go where its policy says so', async () => {
    const never = container({ readinessProbe: { tcpSocket: { port: 9 }, periodSeconds: 1 } });
    await create(cluster, deployments, deployment('sick', 1, { spec: { containers: [never] } }));
    await create(cluster, budgets, budget('sick', { minAvailable: 1 }));
    await statusOf('sick', { expectedPods: 1, currentHealthy: 0 });
    const [name = ''] = await names('sick');
    await cluster.until(`${pods}/${name}`, ({ body }) => body.status.phase === 'Running');
    expect((await evict(name)).status).toBe(429);
    await cluster.patch(`${budgets}/sick`, { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } }, 'merge-patch+json');
    expect((await evict(name)).status).toBe(201);
  });

  it('counts bare pods one by one', async () => {
    await create(cluster, pods, pod('bare', {}, { labels: { app: 'bare' } }));
    await create(cluster, budgets, budget('bare', { minAvailable: 1 }));
    await statusOf('bare', { currentHealthy: 1, expectedPods: 1, disruptionsAllowed: 0 });
  });

  it('counts bare pods for nothing where percentages are asked for', async () => {
    await create(cluster, pods, pod('alone', {}, { labels: { app: 'alone' } }));
    await create(cluster, budgets, budget('alone', { minAvailable: '50%' }));
    const status = await statusOf('alone', { currentHealthy: 1, expectedPods: 0 });
    expect(status).toMatchObject({ desiredHealthy: 0, disruptionsAllowed: 0 });
    const told = await eventOf('alone', 'UnmanagedPods');
    expect(told.type).toBe('Warning');
    expect(told.message).toBe(
      'Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: alone,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
    );
  });

  it('says that it cannot count what has no scale', async () => {
    const owned = { restartPolicy: 'Never', containers: [container({ command: ['sleep', '600'] })] };
    await create(cluster, `/apis/batch/v1/namespaces/${namespace}/jobs`, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'counted' },
      spec: { template: { metadata: { labels: { app: 'counted' } }, spec: owned } },
    });
    await create(cluster, budgets, budget('counted', { maxUnavailable: 1 }));
    const why = 'jobs.batch does not implement the scale subresource';
    const { body } = await cluster.until(
      `${budgets}/counted`,
      ({ body }) => body.status?.conditions?.[0]?.reason === 'SyncFailed',
    );
    expect(body.status).toMatchObject({ disruptionsAllowed: 0, conditions: [{ status: 'False', message: why }] });
    const { message } = await eventOf('counted', 'CalculateExpectedPodCountFailed');
    expect(message).toBe(`Failed to calculate the number of expected pods: ${why}`);
  });
});
