import { expect, it } from 'vitest';
import { inputsNow } from '../../support/read-inputs.ts';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';
import { webDeployment } from '../../support/workloads.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const config = `/api/v1/namespaces/${namespace}/configmaps/tars-config`;
const backend = `/apis/apps/v1/namespaces/${namespace}/deployments/tars-backend`;
const dataNow = async () => (await cluster.get(config)).body.data as Record<string, string>;
const templateNow = async () => (await cluster.get(backend)).body.spec.template;

async function configure(given: Record<string, string> = {}) {
  const { values, reading } = await inputsNow(connection, 'tars/configuration', given);
  const playbook = await openPlaybook(connection, 'tars/configuration', values);
  const plan = await playbook.plan();
  const change = (step: string) => plan.steps.find(({ id }) => id === step)?.preview?.changes[0];
  const { status, records } = await playbook.run(plan);
  const summary = (step: string) =>
    records.flatMap((one) => (one.type === 'step-result' && one.step === step ? [one.summary] : []))[0];
  return { values, reading, change, status, ends: endsOf(records), summary };
}

it('Configuration: the six settings are read, changed with a shown difference, and the backend restarted only for a change', async () => {
  // Before the first deployment.
  const first = await configure();
  expect(first.values).toEqual({
    ...{ redisEnabled: 'true', redisCacheTtl: '3600', rateLimitPerMinute: '30' },
    ...{ enableHttps: 'true', useAdvancedReranking: 'true', prometheusEnabled: 'true' },
  });
  expect(first.reading).toEqual({ current: {}, offered: {}, unread: [] });
  expect(first.ends).toEqual({ there: 'done', settings: 'done', backend: 'done', restart: 'skipped' });
  expect(await dataNow()).toMatchObject({ REDIS_CACHE_TTL: '3600', POSTGRES_HOST: 'postgres-service' });

  const web = webDeployment('tars-backend', {
    container: { envFrom: [{ configMapRef: { name: 'tars-config' } }] },
  });
  await cluster.post(backend.replace('/tars-backend', ''), web);
  await cluster.until(backend, ({ body }) => body.status?.readyReplicas === 1);
  const byHand = { data: { LOG_LEVEL: 'DEBUG', EXTRA: 'of mine', REDIS_CACHE_TTL: '7200' } };
  await cluster.patch(config, byHand, 'merge-patch+json', { query: { fieldManager: 'kubectl-edit' } });

  const second = await configure({ useAdvancedReranking: 'false', rateLimitPerMinute: '60' });
  expect(second.values).toMatchObject({ redisCacheTtl: '7200', useAdvancedReranking: 'false' });
  expect(second.change('there')).toMatchObject({ object: `Namespace/${namespace}` });
  expect(second.change('settings')).toMatchObject({
    action: 'update',
    fields: [
      { path: 'data.RATE_LIMIT_PER_MINUTE', before: '"30"', after: '"60"' },
      { path: 'data.USE_ADVANCED_RERANKING', before: '"true"', after: '"false"' },
    ],
  });
  expect(second.change('restart')).toMatchObject({ object: 'Deployment/tars-backend', action: 'update' });
  expect(second.status).toBe('done');
  expect(await dataNow()).toMatchObject({
    ...{ RATE_LIMIT_PER_MINUTE: '60', USE_ADVANCED_RERANKING: 'false', REDIS_CACHE_TTL: '7200' },
    ...{ LOG_LEVEL: 'DEBUG', EXTRA: 'of mine' },
  });
  const restarted = await templateNow();
  expect(restarted.metadata.annotations).toHaveProperty(['kubectl.kubernetes.io/restartedAt']);

  const third = await configure();
  expect(third.values).toMatchObject({ rateLimitPerMinute: '60', useAdvancedReranking: 'false' });
  expect(third.change('settings')).toMatchObject({ action: 'unchanged' });
  expect(third.summary('settings')).toBe('ConfigMap/tars-config was as it should be');
  expect(third.summary('restart')).toContain('have started since');
  expect(await templateNow()).toEqual(restarted);
});

it('a setting that is none of its kind leaves the default, and says so', async () => {
  await cluster.patch(config, { data: { REDIS_CACHE_TTL: 'an hour' } }, 'merge-patch+json');
  const { values, reading } = await inputsNow(connection, 'tars/configuration');
  expect(values.redisCacheTtl).toBe('3600');
  expect(reading.unread).toEqual([
    { name: 'redisCacheTtl', key: 'from', reason: expect.stringContaining('a number is expected, not `an hour`') },
  ]);
});
