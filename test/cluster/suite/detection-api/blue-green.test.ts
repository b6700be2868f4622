import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { deploySlots } from '../../support/slots.ts';
import { connectTo } from '../../support/steps.ts';

const cluster = await openCluster({ speed: 20 });
const namespace = await cluster.namespace();
const connection = await connectTo(cluster, namespace);
// What is tried and watched is asked of pods, and the control plane of the tests has no network to them.
const onSandbox = cluster.on === 'sandbox';
if (onSandbox) await deploySlots(cluster, namespace);
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const quick = { watch: '3s', every: '300ms' };
const run = async (ref: string, given: Record<string, string>) => {
  const playbook = await openPlaybook(connection, `detection-api/${ref}`, given);
  return playbook.run(await playbook.plan());
};
const read = async (path: string) => (await cluster.get(path)).body;
const live = async () =>
  (await read(`/api/v1/namespaces/${namespace}/services/detection-api-service`)).spec.selector.slot;
const scaled = async () =>
  (await read(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/detection-api-hpa`)).spec
    .scaleTargetRef.name;
const image = async (slot: string) =>
  (await read(`/apis/apps/v1/namespaces/${namespace}/deployments/detection-api-${slot}`)).spec.template.spec
    .containers[0].image;

describe.skipIf(!onSandbox)('Deployment strategies › Blue-green', () => {
  it('the new version goes to the other slot, is tried there, gets the traffic, and keeps it as long as it is well', async () => {
    const { status, records } = await run('blue-green', { tag: '1.1.0', ...quick });
    expect(status, troubleOf(records)).toBe('done');
    expect(await live()).toBe('green');
    expect(await scaled()).toBe('detection-api-green');
    expect([await image('blue'), await image('green')]).toEqual([
      'registry.example.com/detection-api:1.0.0',
      'registry.example.com/detection-api:1.1.0',
    ]);
    // It was asked for before it got a request, and watched afterwards.
    const ends = Object.keys(endsOf(records));
    expect(ends.indexOf('smoke')).toBeLessThan(ends.indexOf('switch'));
    expect(ends.indexOf('switch')).toBeLessThan(ends.indexOf('watch'));
  });

  it('a version that answers too slowly loses the traffic again by itself, and stays to be looked into', async () => {
    // Every answer takes longer than that; what it answers is well, so that it passes what is tried before.
    const { status, records } = await run('blue-green', {
      tag: '1.2.0-slow',
      watch: '2m',
      every: '300ms',
      maximumP95: '40',
    });
    expect(endsOf(records), troubleOf(records)).toMatchObject({
      switch: 'done',
      'watch/rescue/back': 'done',
      outcome: 'not-met',
    });
    expect(status).toBe('not-met');
    expect(JSON.stringify(records)).toMatch(/after \S+: 95 of 100 answers come within 40 ms: \d+ ms/);
    expect(await live()).toBe('green');
    expect(await scaled()).toBe('detection-api-green');
    expect(await image('blue')).toBe('registry.example.com/detection-api:1.2.0-slow');
  });

  it('a version that answers with errors does not keep the traffic, whether it is told before or behind the switch', async () => {
    const { status, records } = await run('blue-green', { tag: '1.2.0-bad', watch: '2m', every: '300ms' });
    expect(['failed', 'not-met'], troubleOf(records)).toContain(status);
    expect(endsOf(records)).toMatchObject(status === 'failed' ? { smoke: 'failed' } : { 'watch/rescue/back': 'done' });
    expect(await live()).toBe('green');
    expect(await scaled()).toBe('detection-api-green');
  });

  it('an image that does not start never gets a request', async () => {
    const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/detection-api-blue`;
    const annotations = { 'tars-console.dev/outcome': 'never-ready' };
    await cluster.patch(deployment, { spec: { progressDeadlineSeconds: 5 } }, 'merge-patch+json');
    await cluster.patch(deployment, { spec: { template: { metadata: { annotations } } } }, 'merge-patch+json');
    const { status, records } = await run('blue-green', { tag: '1.3.0', ...quick });
    expect(status).toBe('failed');
    expect(endsOf(records)).not.toHaveProperty('switch');
    expect(await live()).toBe('green');
  });
});

it.skipIf(!onSandbox)(
  'Rollback procedures › Blue-green: one switch leads the traffic back, and the autoscaler with it',
  async () => {
    await cluster.patch(
      `/apis/apps/v1/namespaces/${namespace}/deployments/detection-api-blue`,
      { spec: { template: { metadata: { annotations: { 'tars-console.dev/outcome': null } } } } },
      'merge-patch+json',
    );
    const { status, records } = await run('switch-slot', {});
    expect(status, troubleOf(records)).toBe('done');
    expect(await live()).toBe('blue');
    expect(await scaled()).toBe('detection-api-blue');
    const again = await run('switch-slot', { slot: 'blue' });
    expect(again.status, troubleOf(again.records)).toBe('done');
    expect(await live()).toBe('blue');
  },
);
