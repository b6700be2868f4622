import { expect, it } from 'vitest';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { deploySmallSystem, limitRps } from '../../support/small-system.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const [core, apps] = [`/api/v1/namespaces/${namespace}`, `/apis/apps/v1/namespaces/${namespace}`];
const ingresses = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;

async function limit(inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, 'tars/rate-limits', inputs);
  const plan = await playbook.plan();
  const action = (step: string) => plan.steps.find(({ id }) => id === step)?.preview?.changes[0]?.action;
  const { status, records } = await playbook.run(plan);
  return { action, status, ends: endsOf(records), told: JSON.stringify(records) };
}

it('Rate limits: both are set, what a load test meets is computed, and the refusals are measured', async () => {
  await deploySmallSystem(cluster, namespace);
  const set = await limit({ perMinute: '15', perSecond: '20', measure: 'both' });
  expect([set.action('client-limit'), set.action('ingress-limit'), set.action('restart')]).toEqual(
    Array.from({ length: 3 }, () => 'update'),
  );
  expect(set).toMatchObject({ status: 'done', ends: { 'client-refused': 'done', 'ingress-refused': 'done' } });
  expect(set.told).toContain('20.8 a minute from each, of which 5.8 are refused');
  expect(set.told).toContain('after a burst of 100 about 90 % would be refused');
  // Ten seconds of three a second by one client that may ask fifteen times; a busy machine may leave some without an answer.
  const [, answered, refused] = /(\d+) × 200, (\d+) × 429/.exec(set.told) ?? [];
  expect(Number(answered)).toBeGreaterThan(0);
  expect(Number(answered)).toBeLessThanOrEqual(15);
  expect(Number(refused)).toBeGreaterThan(0);
  const { body } = await cluster.get(`${core}/configmaps/tars-config`);
  expect(body.data).toEqual({ RATE_LIMIT_PER_MINUTE: '15', EXTRA: 'of mine' });
  const backend = (await cluster.get(`${apps}/deployments/tars-backend`)).body;

  const again = await limit({ perMinute: '15', perSecond: '20' });
  expect([again.action('client-limit'), again.action('ingress-limit'), again.action('restart')]).toEqual(
    Array.from({ length: 3 }, () => 'unchanged'),
  );
  expect(again.status).toBe('done');
  const { metadata } = (await cluster.get(`${apps}/deployments/tars-backend`)).body;
  expect(metadata.generation).toBe(backend.metadata.generation);
}, 120_000);

it('one limit alone leaves the other as it is, and limits that a load test does not meet are no warning', async () => {
  const { status, ends, told } = await limit({ perSecond: '300' });
  expect(status).toBe('done');
  expect(ends).toMatchObject({ 'client-limit': 'skipped', 'ingress-limit': 'done', restart: 'skipped' });
  expect(told).not.toContain('would be refused');
  expect((await cluster.get(`${ingresses}/tars-ingress`)).body.metadata.annotations[limitRps]).toBe('300');
  const { body } = await cluster.get(`${core}/configmaps/tars-config`);
  expect(body.data.RATE_LIMIT_PER_MINUTE).toBe('15');
});
