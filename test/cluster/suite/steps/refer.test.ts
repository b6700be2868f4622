import { beforeAll, expect, it } from 'vitest';
import { referStep } from '../../../../src/playbooks/steps/refer.ts';
import { openStepCluster, stepContext, written } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
beforeAll(async () => {
  for (const name of ['keys', 'keys-v2'])
    await cluster.post(`/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
    });
  const container = { name: 'web', image: 'nginx:1.27', envFrom: [{ secretRef: { name: 'keys' } }] };
  await cluster.post(deployments, {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
    spec: {
      ...{ replicas: 0, selector: { matchLabels: { app: 'web' } } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
    },
  });
});

const named = async () =>
  (await cluster.get(`${deployments}/web`)).body.spec.template.spec.containers[0].envFrom[0].secretRef.name;

it('what names a Secret names another one, is left alone the second time, and is taken back', async () => {
  const { context } = stepContext(connection);
  const config = written(referStep, { refer: { from: 'Secret/keys', to: 'Secret/keys-v2' } });
  expect((await referStep.plan?.(config, context))?.changes).toMatchObject([{ object: 'Deployment/web' }]);
  const before = JSON.parse(JSON.stringify(await referStep.before?.(config, context)));
  expect((await referStep.run(config, context)).outputs).toEqual({ changed: ['Deployment/web'] });
  expect(await named()).toBe('keys-v2');
  expect((await referStep.run(config, context)).outputs).toEqual({ changed: [] });
  await referStep.undo?.(config, context, before);
  expect(await named()).toBe('keys');
});

it('one that is not there is named by nothing', async () => {
  const { context } = stepContext(connection);
  const config = written(referStep, { refer: { from: 'Secret/keys', to: 'Secret/nowhere' } });
  await expect(referStep.run(config, context)).rejects.toThrow('nowhere');
  expect(await named()).toBe('keys');
});
