import { beforeAll, expect, it } from 'vitest';
import { putBackStep } from '../../../../src/playbooks/steps/put-back.ts';
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

it('what was saved is there again, Secrets too; with another passphrase nothing is', async () => {
  const secrets = { phrase: 'correct horse battery staple', other: 'another one altogether' };
  const { context } = stepContext(connection, { secrets });
  const objects = { kinds: ['ConfigMap', 'Secret'], passphrase: 'phrase' };
  await saveStep.run(written(saveStep, { save: { objects, file: 'backup.yaml' } }), context);
  for (const kind of ['configmaps', 'secrets']) await cluster.remove(`${core}/${kind}/shop`);
  const back = (passphrase: string) => written(putBackStep, { 'put-back': { file: 'backup.yaml', passphrase } });
  await expect(putBackStep.run(back('other'), context)).rejects.toThrow('The Secrets cannot be opened');
  expect((await cluster.get(`${core}/secrets/shop`)).status).toBe(404);
  await putBackStep.run(back('phrase'), context);
  expect((await cluster.get(`${core}/configmaps/shop`)).body.data).toEqual({ level: 'high' });
  const { data } = (await cluster.get(`${core}/secrets/shop`)).body;
  expect(Buffer.from(data.password, 'base64').toString()).toBe(password);
});
