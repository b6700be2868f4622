import { expect, it } from 'vitest';
import { applyObject } from '../../../../src/cluster/apply.ts';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';
import { part } from '../../support/tars-parts.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const backend = `/apis/apps/v1/namespaces/${namespace}/deployments/tars-backend`;
const scaler = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/tars-backend`;
const manifest = (replicas: number) => {
  const { apiVersion, kind, metadata, spec } = part('tars-backend', {
    image: 'nginx:1.27',
    container: { resources: { requests: { cpu: '20m', memory: '16Mi' } } },
    spec: { replicas },
  });
  return { apiVersion, kind, metadata: { ...metadata, namespace }, spec };
};
const replicasNow = async () => (await cluster.get(backend)).body.spec.replicas;
const limitsNow = async () => {
  const { minReplicas, maxReplicas, metrics } = (await cluster.get(scaler)).body.spec;
  return [minReplicas, maxReplicas, metrics[0].resource.target.averageUtilization];
};

async function run(ref: string, inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, ref, inputs);
  const plan = await playbook.plan();
  const change = (step: string) => plan.steps.find(({ id }) => id === step)?.preview?.changes[0];
  const { status, records } = await playbook.run(plan);
  return { change, status, ends: endsOf(records), told: JSON.stringify(records) };
}

it('Replicas by hand: the number is set and waited for, and a second time nothing changes', async () => {
  await applyObject(connection, manifest(1));
  await cluster.until(backend, ({ body }) => body.status?.readyReplicas === 1);
  const first = await run('tars/scale', { replicas: '2' });
  expect(first.change('backend/scale')).toMatchObject({ fields: [{ path: 'spec.replicas', before: '1', after: '2' }] });
  expect(first).toMatchObject({
    status: 'done',
    ends: { 'backend/look': 'done', 'backend/minimum': 'skipped', 'backend/scale': 'done' },
  });
  expect((await cluster.get(backend)).body.status.readyReplicas).toBe(2);
  const { metadata } = (await cluster.get(backend)).body;
  const second = await run('tars/scale', { replicas: '2' });
  expect(second.change('backend/scale')).toMatchObject({ action: 'unchanged' });
  expect(second.told).toContain('Deployment/tars-backend has 2 replicas already');
  expect((await cluster.get(backend)).body.metadata.generation).toBe(metadata.generation);
});

it('Autoscaler: limits are set with a shown difference, replicas are never dropped, and a later apply sends none', async () => {
  const refused = await run('tars/autoscaler', { minimum: '5', maximum: '4' });
  expect(refused).toMatchObject({ status: 'not-met', ends: { look: 'not-met' } });
  expect(refused.told).toContain('a minimum of 5 and a maximum of 4');
  expect((await cluster.get(scaler)).status).toBe(404);

  expect(await run('tars/autoscaler', { minimum: '2', maximum: '4' })).toMatchObject({ status: 'done' });
  expect(await limitsNow()).toEqual([2, 4, 70]);
  expect(await replicasNow()).toBe(2);

  const more = await run('tars/autoscaler', { minimum: '3', maximum: '5', cpu: '60' });
  expect(more.change('autoscaler')).toMatchObject({
    action: 'update',
    fields: [
      { path: 'spec.minReplicas', before: '2', after: '3' },
      { path: 'spec.maxReplicas', before: '4', after: '5' },
      { path: 'spec.metrics[0].resource.target.averageUtilization', before: '70', after: '60' },
    ],
  });
  expect(more.status).toBe('done');
  await cluster.until(backend, ({ body }) => body.spec.replicas === 3, { withinMs: 60_000 });
  await applyObject(connection, manifest(1));
  expect(await replicasNow()).toBe(3);

  const { metadata } = (await cluster.get(scaler)).body;
  const again = await run('tars/autoscaler', { minimum: '3', maximum: '5', cpu: '60' });
  expect(again.change('autoscaler')).toMatchObject({ action: 'unchanged' });
  expect((await cluster.get(scaler)).body.metadata.generation).toBe(metadata.generation);
});

it('an autoscaler that would change the number again is named, and gets it as its minimum where that is chosen', async () => {
  const open = await run('tars/scale', { replicas: '6' });
  expect(open).toMatchObject({ status: 'failed', ends: { 'backend/look': 'done', 'backend/decision': 'failed' } });
  expect(open.told).toContain(
    'HorizontalPodAutoscaler/tars-backend keeps between 3 and 5: it sets 5 again within seconds',
  );
  expect(await replicasNow()).toBe(3);

  const chosen = await run('tars/scale', { replicas: '6', autoscaled: 'minimum' });
  expect(chosen).toMatchObject({ status: 'done', ends: { 'backend/minimum': 'done', 'backend/scale': 'done' } });
  expect(await limitsNow()).toEqual([6, 6, 60]);
  expect((await cluster.get(backend)).body.status.readyReplicas).toBe(6);

  const anyway = await run('tars/scale', { replicas: '4', autoscaled: 'anyway' });
  expect(anyway).toMatchObject({ status: 'done', ends: { 'backend/minimum': 'skipped', 'backend/scale': 'done' } });
  expect(anyway.told).toContain('HorizontalPodAutoscaler/tars-backend will set it to at least 6 again');
  await cluster.until(backend, ({ body }) => body.spec.replicas === 6, { withinMs: 60_000 });
});

it('two autoscalers for the backend are one too many', async () => {
  const { body } = await cluster.get(scaler);
  const other = { apiVersion: body.apiVersion, kind: body.kind, metadata: { name: 'other' }, spec: body.spec };
  await cluster.post(scaler.replace('/tars-backend', ''), other);
  const { status, told } = await run('tars/autoscaler', {});
  expect(status).toBe('not-met');
  expect(told).toContain(`delete hpa -n ${namespace} other`);
});
