import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { deploySlots } from '../../support/slots.ts';
import { connectTo } from '../../support/steps.ts';

let cluster: ClusterUnderTest;
let connection: Connection;
let namespace: string;

beforeAll(async () => {
  cluster = await openCluster({ speed: 20 });
  namespace = await cluster.namespace();
  // What stands in for Flagger does so on both clusters; nobody else there needs it.
  const connected = await connectTo(cluster, namespace);
  connection = { ...connected, info: { ...connected.info, sandbox: true } };
  await deploySlots(cluster, namespace);
}, 60_000);

afterAll(async () => {
  await run('cluster/flagger', { action: 'uninstall', deleteDefinitions: 'true' });
  connection?.close();
  await cluster?.close();
}, 60_000);

async function run(ref: string, inputs: Record<string, string>, assumeYes = true) {
  const playbook = await openPlaybook(connection, ref, inputs, '/', {
    system: ref.startsWith('cluster/') ? 'detection-api' : undefined,
    assumeYes,
  });
  const { status, records } = await playbook.run(await playbook.plan());
  return { status, ends: endsOf(records), trouble: troubleOf(records), told: JSON.stringify(records) };
}

const canary = (tag: string, more: Record<string, string> = {}) =>
  run('detection-api/canary', { tag, interval: '2s', threshold: '3', patience: '60s', ...more });
const deployment = async (name: string) =>
  (await cluster.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`)).body;
const imageOf = async (name: string) => (await deployment(name)).spec.template.spec.containers[0].image;
const live = async () =>
  (await cluster.get(`/api/v1/namespaces/${namespace}/services/detection-api-service`)).body.spec.selector.slot;

/** The Deployment has the traffic and its copies again, and nothing of the canary is left. */
async function handedBack() {
  expect(await live()).toBe('blue');
  expect((await deployment('detection-api-blue')).status.readyReplicas).toBe(1);
  const gone = `/apis/flagger.app/v1beta1/namespaces/${namespace}/canaries/detection-api-canary`;
  expect((await cluster.get(gone)).status).toBe(404);
  await cluster.until(
    `/apis/apps/v1/namespaces/${namespace}/deployments/detection-api-blue-primary`,
    ({ status }) => status === 404,
  );
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/services`);
  const names = body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  expect(names).not.toContain('detection-api-canary');
}

describe('Deployment strategies › Canary', { timeout: 120_000 }, () => {
  it('without Flagger it says so first, and how it is installed', async () => {
    const { status, told, ends } = await run('detection-api/canary', { tag: '1.1.0' });
    expect(status).toBe('not-met');
    expect(ends).not.toHaveProperty('canary');
    expect(told).toContain('run cluster/flagger --system detection-api');
  });

  it('a version that answers well gets more and more of the traffic, is promoted, and the Deployment is handed back', async () => {
    const flagger = await run('cluster/flagger', {});
    expect(flagger.status, flagger.trouble).toBe('done');
    const nobody = await run('detection-api/canary', { tag: '1.1.0' }, false);
    expect(nobody.ends).toMatchObject({ look: 'done', agree: 'failed' });
    expect(await imageOf('detection-api-blue')).toBe('registry.example.com/detection-api:1.0.0');

    const { status, trouble, told } = await canary('1.1.0');
    expect(status, trouble).toBe('done');
    // It was waited for, look by look, until Flagger itself had promoted it.
    expect(told).toMatch(/[1-9][0-9]* looks in \S+, all within the limits/);
    expect(await imageOf('detection-api-blue')).toBe('registry.example.com/detection-api:1.1.0');
    await handedBack();
  });

  it('a version that answers with errors is taken back, and the one before has the traffic', async () => {
    const { status, trouble, ends, told } = await canary('1.2.0-bad');
    expect(status, trouble).toBe('not-met');
    expect(ends, trouble).toMatchObject({
      'watch/rescue/old-version': 'done',
      away: 'done',
      outcome: 'not-met',
    });
    expect(told).toContain('it was taken back');
    expect(await imageOf('detection-api-blue')).toBe('registry.example.com/detection-api:1.1.0');
    await handedBack();
  });
});
