import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { saveStep } from '../../../../src/playbooks/steps/save.ts';
import { openStepCluster, stepContext, written } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const core = `/api/v1/namespaces/${connection.info.namespace}`;
const password = 'pa55w0rd-of-the-shop';
beforeAll(async () => {
  const data = { level: 'high' };
  await cluster.post(`${core}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop' }, data });
  await cluster.post(`${core}/secrets`, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop' }, stringData: { password } },
  });
});

const saving = (objects: object) => written(saveStep, { save: { objects, file: 'backup.yaml' } });

it('objects are written without what belongs to their life on the cluster, and Secrets only closed', async () => {
  const { context, folder } = stepContext(connection, { secrets: { phrase: 'correct horse battery staple' } });
  const config = saving({ kinds: ['ConfigMap', 'Secret'], passphrase: 'phrase' });
  const result = await saveStep.run(config, context);
  const file = join(folder, 'backup.yaml');
  const text = readFileSync(file, 'utf8');
  expect(result.outputs).toMatchObject({ files: 1, bytes: Buffer.byteLength(text) });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(text).toContain('level: high');
  for (const field of ['resourceVersion', 'uid', 'managedFields']) expect(text).not.toContain(`${field}:`);
  for (const form of [password, Buffer.from(password).toString('base64')]) expect(text).not.toContain(form);
  expect(text).toContain('aes-256-gcm');
});

it('without a passphrase Secrets are left out, and a file that is there is not written over', async () => {
  const { context, folder } = stepContext(connection);
  await saveStep.run(saving({ kinds: ['ConfigMap', 'Secret'] }), context);
  const text = readFileSync(join(folder, 'backup.yaml'), 'utf8');
  expect(text).not.toContain('kind: Secret');
  await expect(saveStep.run(saving({ kinds: ['ConfigMap'] }), context)).rejects.toThrow();
  expect(readFileSync(join(folder, 'backup.yaml'), 'utf8')).toBe(text);
});
