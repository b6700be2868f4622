import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { patchStep } from '../../../../src/playbooks/steps/patch.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const cluster = await openCluster();
let connection: Connection;
let base = '';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  base = `/api/v1/namespaces/${connection.info.namespace}`;
  await cluster.post(`${base}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { level: 'info', old: 'yes' },
  });
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const patch = (config: object, more: object = {}) => written(patchStep, { patch: config, ...more });
const data = async () => (await cluster.get(`${base}/configmaps/settings`)).body.data;
const stored = (value: unknown) => JSON.parse(JSON.stringify(value));

it('a merge patch is previewed by field, sent, found done, and taken back', async () => {
  const { context } = stepContext(connection);
  const config = patch({ object: 'ConfigMap/settings', merge: { data: { level: 'debug', old: null, more: '1' } } });
  expect(await patchStep.plan?.(config, context)).toMatchObject({
    certainty: 'previewed',
    changes: [
      {
        object: 'ConfigMap/settings',
        action: 'update',
        fields: expect.arrayContaining([
          { path: 'data.level', before: 'info', after: 'debug' },
          expect.objectContaining({ path: 'data.old', before: 'yes' }),
        ]),
      },
    ],
  });
  expect(await patchStep.probe?.(config, context)).toMatchObject({ done: false });
  const before = stored(await patchStep.before?.(config, context));
  expect((await patchStep.run(config, context)).summary).toBe('ConfigMap/settings changed');
  expect(await data()).toEqual({ level: 'debug', more: '1' });
  expect(await patchStep.probe?.(config, context, before)).toMatchObject({ done: true, outputs: { changed: true } });
  expect((await patchStep.run(config, context)).outputs).toEqual({ changed: false });
  expect((await patchStep.planUndo?.(config, context, before))?.summary).toBe('1 object changes');
  await patchStep.undo?.(config, context, before);
  await patchStep.undo?.(config, context, before);
  expect(await data()).toEqual({ level: 'info', old: 'yes' });
});

it('a JSON patch is sent; one that cannot be tried twice is asked about', async () => {
  const { context } = stepContext(connection);
  const replace = patch({
    object: 'ConfigMap/settings',
    json: [{ op: 'replace', path: '/data/level', value: 'warn' }],
  });
  await patchStep.run(replace, context);
  expect((await data()).level).toBe('warn');
  expect(await patchStep.probe?.(replace, context)).toMatchObject({ done: true });
  const remove = patch({ object: 'ConfigMap/settings', json: [{ op: 'remove', path: '/data/level' }] });
  expect(await patchStep.probe?.(remove, context)).toMatchObject({ done: 'unknown' });
});

it('a strategic patch changes one container, and its pods are waited for', async () => {
  const { context } = stepContext(connection);
  await cluster.post(`/apis/apps/v1/namespaces/${connection.info.namespace}/deployments`, webDeployment('web'));
  const containers = [{ name: 'web', env: [{ name: 'LEVEL', value: 'debug' }] }];
  const strategic = { spec: { template: { spec: { containers } } } };
  const config = patch({ object: 'Deployment/web', strategic }, { wait: 'ready' });
  expect((await patchStep.run(config, context)).summary).toBe('Deployment/web changed; ready');
  const { body } = await cluster.get(`/apis/apps/v1/namespaces/${connection.info.namespace}/deployments/web`);
  expect(body.spec.template.spec.containers[0]).toMatchObject({ image: 'nginx:1.27', env: [{ value: 'debug' }] });
});

it('the values of a Secret are neither shown nor written down', async () => {
  const { context } = stepContext(connection);
  const value = Buffer.from('marked-secret').toString('base64');
  await cluster.post(`${base}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'key' },
    data: { key: value },
  });
  const config = patch({
    object: 'Secret/key',
    merge: { data: { key: Buffer.from('other-secret').toString('base64') } },
  });
  const seen = JSON.stringify([await patchStep.plan?.(config, context), await patchStep.before?.(config, context)]);
  expect(seen).toContain('(hidden, changed)');
  expect(seen).not.toContain(value);
  expect(seen).not.toContain(Buffer.from('other-secret').toString('base64'));
});

it('what is not there, and what the kind does not have, is said before anything changes', async () => {
  const { context } = stepContext(connection);
  const absent = patch({ object: 'ConfigMap/absent', merge: { data: { a: 'b' } } });
  expect(await patchStep.plan?.(absent, context)).toMatchObject({
    certainty: 'cannot preview',
    why: expect.stringContaining('no ConfigMap/absent'),
  });
  await expect(patchStep.run(absent, context)).rejects.toThrow('There is no ConfigMap/absent');
  const wrong = patch({ object: 'ConfigMap/settings', merge: { dta: { a: 'b' } } });
  await expect(patchStep.run(wrong, context)).rejects.toThrow(/unknown field "dta"/);
});
