import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { rolloutStep } from '../../../../src/playbooks/steps/rollout.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const cluster = await openCluster();
let connection: Connection;
let path = '';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  path = `/apis/apps/v1/namespaces/${connection.info.namespace}`;
  await cluster.post(`${path}/deployments`, webDeployment('web'));
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const rollout = (rollout: object, more: object = {}) => written(rolloutStep, { rollout, ...more });
const imageOf = async (kind = 'deployments', name = 'web') => {
  const { body } = await cluster.get(`${path}/${kind}/${name}`);
  return body.spec.template.spec.containers[0].image;
};

it('images are set, waited for, and set back', async () => {
  const { context, progress } = stepContext(connection);
  const config = rollout({ image: { of: 'Deployment/web', containers: { web: 'nginx:1.28' } } });
  expect((await rolloutStep.plan?.(config, context))?.changes).toMatchObject([
    {
      object: 'Deployment/web',
      action: 'update',
      fields: [{ path: 'spec.template.spec.containers[name=web].image', before: 'nginx:1.27', after: 'nginx:1.28' }],
    },
  ]);
  await cluster.until(`${path}/deployments/web`, ({ body }) => body.status?.availableReplicas === 1);
  const before = JSON.parse(JSON.stringify(await rolloutStep.before?.(config, context)));
  const { summary, outputs } = await rolloutStep.run(config, context);
  expect(summary).toBe('Deployment/web has new images, revision 2; ready');
  expect(outputs).toMatchObject({
    before: 1,
    revision: 2,
    history: [{ images: ['nginx:1.28'] }, { images: ['nginx:1.27'] }],
  });
  expect(progress.join()).toContain('Deployment/web: ');
  expect(await imageOf()).toBe('nginx:1.28');
  expect(await rolloutStep.probe?.(config, context)).toMatchObject({
    done: false,
    reason: expect.stringContaining('waited for again'),
  });
  expect(await rolloutStep.probe?.({ ...config, wait: 'none' }, context)).toMatchObject({ done: true });
  const again = await rolloutStep.run(config, context);
  expect(again.summary).toBe('Deployment/web has these images already, revision 2; ready');
  await rolloutStep.undo?.(config, context, before);
  expect(await imageOf()).toBe('nginx:1.27');
});

it('a container that is not there is named', async () => {
  const config = rollout({ image: { of: 'Deployment/web', containers: { wed: 'nginx:1.28' } } });
  await expect(rolloutStep.run(config, stepContext(connection).context)).rejects.toMatchObject({
    message: 'Deployment/web has no container wed',
    next: ['It has web'],
  });
});

it('a restart replaces the pods', async () => {
  const { context } = stepContext(connection);
  const pods = async () => {
    const { body } = await cluster.get(`/api/v1/namespaces/${connection.info.namespace}/pods?labelSelector=app%3Dweb`);
    return body.items.map((pod: { metadata: { uid: string } }) => pod.metadata.uid);
  };
  const old = await pods();
  const config = rollout({ restart: ['Deployment/web'] });
  expect((await rolloutStep.plan?.(config, context))?.summary).toBe('1 workload restarted');
  await rolloutStep.run(config, context);
  const { body } = await cluster.get(`${path}/deployments/web`);
  expect(body.spec.template.metadata.annotations['kubectl.kubernetes.io/restartedAt']).toMatch(/^20\d\d-/);
  expect((await pods()).some((uid: string) => !old.includes(uid))).toBe(true);
});

it('going back brings the version before, once for each step of a run, and can be taken back', async () => {
  const { context, said } = stepContext(connection);
  await rolloutStep.run(rollout({ image: { of: 'Deployment/web', containers: { web: 'nginx:1.29' } } }), context);
  const config = rollout({ undo: 'Deployment/web' });
  expect((await rolloutStep.plan?.(config, context))?.summary).toMatch(/^Deployment\/web back to revision \d+$/);
  const before = JSON.parse(JSON.stringify(await rolloutStep.before?.(config, context)));
  await rolloutStep.run(config, context);
  expect(await imageOf()).toBe('nginx:1.27');
  expect(said.join('\n')).toContain('goes back to revision');
  // The run goes on after an interruption: it must not go forth again.
  await rolloutStep.run(config, context);
  expect(await imageOf()).toBe('nginx:1.27');
  expect((await rolloutStep.planUndo?.(config, context, before))?.changes[0]?.fields).toContainEqual(
    expect.objectContaining({ before: 'nginx:1.27', after: 'nginx:1.29' }),
  );
  await rolloutStep.undo?.(config, context, before);
  expect(await imageOf()).toBe('nginx:1.29');
  // The same step twice in one run is two steps: there and back again.
  for (const [id, image] of [
    ['back', 'nginx:1.27'],
    ['and-forth', 'nginx:1.29'],
  ] as const) {
    const { context: own } = stepContext(connection, { step: id });
    expect((await rolloutStep.probe?.(config, own))?.done).toBe(false);
    await rolloutStep.run(config, own);
    expect(await imageOf()).toBe(image);
  }
  await expect(rolloutStep.run(rollout({ undo: 'Deployment/web', 'to-revision': 99 }), context)).rejects.toThrow(
    'Deployment/web has no revision 99',
  );
});

it('a paused Deployment holds its changes back until it is resumed', async () => {
  const { context } = stepContext(connection);
  const pause = rollout({ pause: 'Deployment/web' });
  const before = await rolloutStep.before?.(pause, context);
  await rolloutStep.run(pause, context);
  await expect(rolloutStep.run(rollout({ restart: 'Deployment/web' }), context)).rejects.toThrow('is paused');
  await rolloutStep.undo?.({ ...pause, wait: 'none' }, context, before);
  const { body } = await cluster.get(`${path}/deployments/web`);
  expect(body.spec.paused ?? false).toBe(false);
  await rolloutStep.run(pause, context);
  const { summary } = await rolloutStep.run(rollout({ resume: 'Deployment/web' }), context);
  expect(summary).toMatch(/^Deployment\/web resumed/);
});

it('a StatefulSet goes back by its ControllerRevisions', async () => {
  const { spec } = webDeployment('store', { spec: { serviceName: 'store' } });
  await cluster.post(`${path}/statefulsets`, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'store' },
    spec,
  });
  const { context } = stepContext(connection);
  await cluster.until(`${path}/statefulsets/store`, ({ body }) => body.status?.readyReplicas === 1);
  await rolloutStep.run(rollout({ image: { of: 'StatefulSet/store', containers: { web: 'nginx:1.28' } } }), context);
  const { outputs } = await rolloutStep.run(rollout({ undo: 'StatefulSet/store', 'to-revision': 1 }), context);
  expect(await imageOf('statefulsets', 'store')).toBe('nginx:1.27');
  expect(outputs).toMatchObject({ before: 2, revision: 3 });
});

it('it stands for the lines that kubectl has for it', async () => {
  const { context } = stepContext(connection);
  const { namespace } = connection.info;
  expect(await rolloutStep.equivalent(rollout({ undo: 'Deployment/web', 'to-revision': 2 }), context)).toEqual([
    `kubectl rollout undo deployment/web -n ${namespace} --to-revision=2`,
    `kubectl rollout status deployment/web -n ${namespace}`,
  ]);
});

it('with `if-older-than` only pods are replaced that have not started since an object was changed', async () => {
  const { context } = stepContext(connection);
  const maps = `/api/v1/namespaces/${connection.info.namespace}/configmaps`;
  await cluster.post(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: '1' } });
  const config = rollout({ restart: 'Deployment/web', 'if-older-than': ['ConfigMap/settings'] });
  const generation = async () => (await cluster.get(`${path}/deployments/web`)).body.metadata.generation;
  const before = await generation();
  await rolloutStep.run(config, context);
  expect(await generation()).toBe(before + 1);
  expect((await rolloutStep.plan?.(config, context))?.changes).toMatchObject([{ action: 'unchanged' }]);
  const { summary } = await rolloutStep.run(config, context);
  expect(summary).toBe('Deployment/web: its pods have started since ConfigMap/settings was changed');
  expect(await generation()).toBe(before + 1);
  // A label is nothing that a container reads at its start; somebody else sets it, as a manager's changes have one time.
  await cluster.patch(`${maps}/settings`, { metadata: { labels: { a: 'b' } } }, 'merge-patch+json', {
    query: { fieldManager: 'labels-only' },
  });
  expect((await rolloutStep.plan?.(config, context))?.changes).toMatchObject([{ action: 'unchanged' }]);
  // The server's times are whole seconds.
  const second = Math.floor(Date.now() / 1000);
  await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(second);
  await cluster.patch(`${maps}/settings`, { data: { a: '2' } }, 'merge-patch+json');
  expect((await rolloutStep.plan?.(config, context))?.changes).toMatchObject([{ action: 'update' }]);
});
