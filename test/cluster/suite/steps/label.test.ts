import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { labelStep } from '../../../../src/playbooks/steps/label.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
let path = '';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  path = `/api/v1/namespaces/${connection.info.namespace}/configmaps`;
  for (const name of ['one', 'two'])
    await cluster.post(path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels: { part: 'demo', tier: 'back' } },
    });
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const label = (config: object) => written(labelStep, { label: config });
const metadata = async (name: string) => (await cluster.get(`${path}/${name}`)).body.metadata;

it('labels and annotations are set and removed by name, and taken back', async () => {
  const { context } = stepContext(connection);
  const config = label({
    objects: ['ConfigMap/one'],
    labels: { tier: null, release: 3 },
    annotations: { note: 'kept' },
  });
  const fields = (await labelStep.plan?.(config, context))?.changes[0]?.fields ?? [];
  expect(fields).toContainEqual({ path: 'metadata.labels.release', after: '"3"' });
  expect(fields).toContainEqual({ path: 'metadata.labels.tier', before: 'back' });
  const before = JSON.parse(JSON.stringify(await labelStep.before?.(config, context)));
  expect((await labelStep.run(config, context)).summary).toBe('1 of 1 object changed');
  expect(await metadata('one')).toMatchObject({
    labels: { part: 'demo', release: '3' },
    annotations: { note: 'kept' },
  });
  expect((await metadata('one')).labels.tier).toBeUndefined();
  const outputs = { objects: ['ConfigMap/one'], changed: ['ConfigMap/one'] };
  expect(await labelStep.probe?.(config, context, before)).toMatchObject({ done: true, outputs });
  await labelStep.undo?.(config, context, before);
  const back = await metadata('one');
  expect(back.labels).toEqual({ part: 'demo', tier: 'back' });
  expect(back.annotations ?? {}).toEqual({});
});

it('all objects of a kind with a label are meant by a selector', async () => {
  const { context } = stepContext(connection);
  const config = label({ select: { kind: 'ConfigMap', selector: 'part=demo' }, labels: { seen: true } });
  expect((await labelStep.run(config, context)).outputs).toEqual({
    objects: ['ConfigMap/one', 'ConfigMap/two'],
    changed: ['ConfigMap/one', 'ConfigMap/two'],
  });
  expect((await metadata('two')).labels.seen).toBe('true');
  expect(await labelStep.run(config, context)).toMatchObject({ summary: '0 of 2 objects changed' });
  const none = label({ select: { kind: 'ConfigMap', selector: 'part=none' }, labels: { seen: true } });
  expect(await labelStep.run(none, context)).toMatchObject({ status: 'skipped' });
});

it('a value that is no label is refused by the server, and an object that is not there is named', async () => {
  const { context } = stepContext(connection);
  await expect(labelStep.run(label({ objects: ['ConfigMap/one'], labels: { a: 'b c' } }), context)).rejects.toThrow(
    /b c/,
  );
  await expect(labelStep.run(label({ objects: ['ConfigMap/no'], labels: { a: 'b' } }), context)).rejects.toThrow(
    'There is no ConfigMap/no',
  );
});

it('it stands for the lines that kubectl has for it', async () => {
  const { context } = stepContext(connection);
  const config = label({
    objects: ['ConfigMap/one'],
    labels: { a: 'b', gone: null },
    annotations: { note: 'two words' },
  });
  expect(await labelStep.equivalent(config, context)).toEqual([
    `kubectl label --overwrite configmap/one -n ${connection.info.namespace} a=b gone-`,
    `kubectl annotate --overwrite configmap/one -n ${connection.info.namespace} 'note=two words'`,
  ]);
});
