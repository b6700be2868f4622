import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { scaleStep } from '../../../../src/playbooks/steps/scale.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const cluster = await openCluster();
let connection: Connection;
let deployments = '';
let autoscalers = '';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  const { namespace } = connection.info;
  deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  autoscalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  await cluster.post(deployments, webDeployment('web'));
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const scale = (config: object, more: object = {}) => written(scaleStep, { scale: config, ...more });
const replicas = async () => (await cluster.get(`${deployments}/web`)).body.spec.replicas;
const stored = (value: unknown) => JSON.parse(JSON.stringify(value));

it('a deployment is scaled, waited for, and scaled back', async () => {
  const { context } = stepContext(connection);
  const config = scale({ workload: 'Deployment/web', replicas: 2 }, { wait: 'ready' });
  expect(await scaleStep.plan?.(config, context)).toMatchObject({
    certainty: 'previewed',
    changes: [{ action: 'update', fields: [{ path: 'spec.replicas', before: '1', after: '2' }] }],
  });
  const before = stored(await scaleStep.before?.(config, context));
  expect(await scaleStep.run(config, context)).toMatchObject({
    summary: 'Deployment/web: 1 → 2',
    outputs: { before: 1, replicas: 2 },
  });
  const { body } = await cluster.get(`${deployments}/web`);
  expect(body.status.availableReplicas).toBe(2);
  const done = scale({ workload: 'Deployment/web', replicas: 2 });
  expect(await scaleStep.probe?.(done, context)).toMatchObject({ done: true });
  expect((await scaleStep.plan?.(done, context))?.changes[0]?.action).toBe('unchanged');
  expect((await scaleStep.planUndo?.(config, context, before))?.summary).toBe('Deployment/web: 2 → 1');
  await scaleStep.undo?.(config, context, before);
  expect(await replicas()).toBe(1);
});

it('nought is a number of replicas', async () => {
  const { context } = stepContext(connection);
  await scaleStep.run(scale({ workload: 'Deployment/web', replicas: 0 }, { wait: 'ready' }), context);
  expect(await replicas()).toBe(0);
  expect((await scaleStep.plan?.(scale({ workload: 'Deployment/web', replicas: 1 }), context))?.summary).toBe(
    'Deployment/web: 0 → 1',
  );
});

it('the limits of an autoscaler are set and set back, and what it will do is said', async () => {
  const { context, said } = stepContext(connection);
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  await cluster.post(autoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 2 },
  });
  const limits = async () => {
    const { minReplicas, maxReplicas } = (await cluster.get(`${autoscalers}/web`)).body.spec;
    return [minReplicas, maxReplicas];
  };
  const config = scale({ autoscaler: 'web', minimum: 2, maximum: 4 });
  const before = stored(await scaleStep.before?.(config, context));
  await scaleStep.run(config, context);
  expect(await limits()).toEqual([2, 4]);
  expect(await scaleStep.probe?.(config, context)).toMatchObject({ done: true });
  await scaleStep.run(scale({ workload: 'Deployment/web', replicas: 1 }), context);
  expect(said).toContain('HorizontalPodAutoscaler/web will set it to at least 2 again');
  await scaleStep.undo?.(config, context, before);
  expect(await limits()).toEqual([1, 2]);
});

it('what cannot be scaled, or is not there, is said in words', async () => {
  const { context } = stepContext(connection);
  const absent = scale({ workload: 'Deployment/absent', replicas: 1 });
  await expect(scaleStep.run(absent, context)).rejects.toThrow('There is no Deployment/absent in the namespace');
  expect(await scaleStep.plan?.(absent, context)).toMatchObject({ certainty: 'cannot preview' });
  await cluster.post(`/api/v1/namespaces/${connection.info.namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
  });
  await expect(scaleStep.run(scale({ workload: 'ConfigMap/settings', replicas: 1 }), context)).rejects.toThrow(
    'ConfigMap/settings cannot be scaled',
  );
});
