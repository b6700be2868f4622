import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import type { Finding } from '../../../../src/playbooks/finding.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { compiledProgram } from '../../support/helm.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';

const services = [
  ...['api-gateway', 'core-service', 'reservations-service', 'billing-service', 'guests-service', 'rooms-service'],
  ...['housekeeping-service', 'settings-service', 'notifications-service'],
];
const none = { databaseHost: '', redisHost: '', brokers: '' };
let cluster: ClusterUnderTest;
let connection: Connection;
let namespace = '';

beforeAll(async () => {
  cluster = await openCluster({ speed: 25 });
  namespace = await cluster.namespace();
  connection = await connectTo(cluster, namespace);
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});
beforeEach(() => withHelm(compiledProgram('helm') ?? ''));
afterAll(() => withHelm(undefined));

function withHelm(path: string | undefined): void {
  if (path === undefined) delete process.env.TARS_CONSOLE_HELM;
  else process.env.TARS_CONSOLE_HELM = path;
}

/** As on the embedded cluster, where what is not there is rehearsed, and as on any other. */
const rehearsing = (): Connection => ({ ...connection, info: { ...connection.info, sandbox: true } });
const installing = (): Connection => ({ ...connection, info: { ...connection.info, sandbox: false } });

async function run(ref: string, inputs: Record<string, string>, on: Connection, only?: readonly string[]) {
  const playbook = await openPlaybook(on, ref, inputs, '/', only ? { only } : {});
  const { status, records } = await playbook.run(await playbook.plan());
  const results = records.flatMap((record) => (record.type === 'step-result' ? [record] : []));
  const findings: Finding[] = results.flatMap((one) => one.findings ?? []);
  return {
    status,
    trouble: troubleOf(records),
    ends: endsOf(records),
    of: (step: string) => results.find((one) => one.step === step),
    findings,
  };
}

const apps = () => `/apis/apps/v1/namespaces/${namespace}/deployments`;
const scalers = () => `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;

async function replicaTable(): Promise<Record<string, [number, number]>> {
  const { body } = await cluster.get(scalers());
  return Object.fromEntries(
    body.items.map(
      ({ metadata, spec }: { metadata: { name: string }; spec: { minReplicas: number; maxReplicas: number } }) => [
        metadata.name,
        [spec.minReplicas, spec.maxReplicas],
      ],
    ),
  );
}

it('Deploy applications: says what is missing before anything is changed', async () => {
  const { status, findings } = await run('tartware/deploy', { scale: '1:20' }, rehearsing());
  expect(status).toBe('not-met');
  const missing = findings.filter(({ level }) => level === 'fatal').map(({ title }) => title);
  expect(missing).toEqual(['The base configuration is there', 'The Secrets have their keys']);
  expect((await cluster.get(apps())).body.items).toEqual([]);
});

it('Deploy applications: without helm what helm makes of the chart is applied, labelled, at the scale that is said', async () => {
  for (const [ref, inputs] of [
    ['tartware/base-configuration', none],
    ['tartware/configure-secrets', {}],
  ] as const) {
    const before = await run(ref, inputs, rehearsing());
    expect(before.status, before.trouble).toBe('done');
  }
  withHelm('/nowhere/helm');
  const ended = await run('tartware/deploy', { scale: '1:20', registry: 'registry.example.com/team' }, rehearsing());
  expect(ended.status, ended.trouble).toBe('done');
  expect(ended.of('deploy')?.summary).toContain('a stand-in for');
  const { body } = await cluster.get(apps());
  expect(body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).sort()).toEqual(
    [...services].sort(),
  );
  for (const { metadata, spec, status } of body.items) {
    expect(metadata.labels['tars-console/stand-in']).toBe('helm');
    expect(status.readyReplicas).toBe(1);
    const pod = spec.template.spec;
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.containers[0]).toMatchObject({
      image: `registry.example.com/team/${metadata.name}:v1.0.0`,
      securityContext: {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
    });
    expect(pod.topologySpreadConstraints).toHaveLength(2);
    expect(pod.priorityClassName).toMatch(/^tartware-/);
  }
  // Rounded up, at least one.
  expect(await replicaTable()).toMatchObject({
    'api-gateway-hpa': [1, 5],
    'core-service-hpa': [1, 4],
    'reservations-service-hpa': [1, 4],
    'billing-service-hpa': [1, 2],
    'settings-service-hpa': [1, 1],
  });
  const { body: gateway } = await cluster.get(`${scalers()}/api-gateway-hpa`);
  expect(gateway.metadata.annotations['tars-console.dev/scale']).toBe('1:20');
  expect(gateway.spec.behavior.scaleUp.policies).toEqual([{ type: 'Percent', value: 100, periodSeconds: 15 }]);
  expect(gateway.spec.behavior.scaleDown.policies).toEqual([{ type: 'Percent', value: 10, periodSeconds: 60 }]);
  const again = await run('tartware/deploy', { scale: '1:20', registry: 'registry.example.com/team' }, rehearsing());
  expect(again.of('deploy')?.summary).toMatch(/47 objects: 47 unchanged|46 objects: 46 unchanged/);
});

it('Verify deployment: pods, autoscalers, Services and the gateway; a service that is stopped is named', async () => {
  const healthy = await run('tartware/verify', { throughIngress: 'false' }, rehearsing());
  expect(healthy.status, healthy.trouble).toBe('done');
  expect(healthy.ends).toMatchObject({ objects: 'done', autoscalers: 'done', health: 'done', ready: 'done' });
  await cluster.patch(`${apps()}/billing-service`, { spec: { replicas: 0 } }, 'merge-patch+json');
  await cluster.until(`${apps()}/billing-service`, ({ body }) => !body.status.readyReplicas);
  const { status, findings } = await run('tartware/verify', { throughIngress: 'false' }, rehearsing(), ['objects']);
  expect(status).toBe('not-met');
  expect(findings.find(({ title }) => title.includes('Every Service has a pod'))?.observed).toContain(
    'nobody behind billing-service',
  );
});

it('Ingress and DNS: the address is awaited, the records and the hosts line are said, and a certificate is made', async () => {
  const ingress = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/api-gateway`;
  // No controller serves it on the plane without machines of its own.
  const address = { status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } };
  await cluster.patch(`${ingress}/status`, address, 'merge-patch+json');
  const ended = await run('tartware/ingress', { https: 'self-signed' }, rehearsing());
  expect(ended.status, ended.trouble).toBe('done');
  const about = (title: string) => ended.findings.find((one) => one.title.startsWith(title));
  expect(about('A record in the zone tartware.local')?.observed).toMatch(/^\*\s+300\s+IN\s+A\s+[\d.]+$/);
  expect(about('A line for /etc/hosts')?.observed).toMatch(/^[\d.]+ api\.tartware\.local grafana\.tartware\.local /);
  expect(about('api.tartware.local leads there')).toMatchObject({ level: 'warning' });
  const { body } = await cluster.get(ingress);
  expect(body.spec.tls).toEqual([{ hosts: ['api.tartware.local'], secretName: 'tartware-tls' }]);
  const { body: secret } = await cluster.get(`/api/v1/namespaces/${namespace}/secrets/tartware-tls`);
  expect(secret.type).toBe('kubernetes.io/tls');
});

it('Clean up: everything of the rehearsal goes, the passwords stay', async () => {
  withHelm('/nowhere/helm');
  const { status, trouble } = await cleanUp({});
  expect(status, trouble).toBe('done');
  expect((await cluster.get(apps())).body.items).toEqual([]);
  expect((await cluster.get(scalers())).body.items).toEqual([]);
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/secrets`);
  const names = body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  expect(names).toEqual(expect.arrayContaining(['database-credentials', 'redis-credentials']));
  expect(names).not.toContain('tartware-tls');
});

it('Deploy applications: by helm, where images that were built run by their digests and no replicas are ever sent', async () => {
  const base = await run('tartware/base-configuration', none, installing());
  expect(base.status, base.trouble).toBe('done');
  const pinned = `docker.io/tartware/core-service:v1.1.0@sha256:${'ab'.repeat(32)}`;
  const images = { metadata: { name: 'tartware-images' }, data: { 'core-service': pinned } };
  await cluster.post(`/api/v1/namespaces/${namespace}/configmaps`, images);
  const first = await run('tartware/deploy', { scale: '1:20' }, installing());
  expect(first.status, first.trouble).toBe('done');
  const { body: releases } = await cluster.get(`/api/v1/namespaces/${namespace}/secrets`, {
    query: { labelSelector: 'owner=helm,name=tartware' },
  });
  expect(releases.items).toHaveLength(1);
  expect(await replicaTable()).toMatchObject({ 'api-gateway-hpa': [1, 5], 'reservations-service-hpa': [1, 4] });
  // The autoscaler's number stays through an upgrade.
  await cluster.patch(`${scalers()}/guests-service-hpa`, { spec: { minReplicas: 2 } }, 'merge-patch+json');
  await cluster.until(`${apps()}/guests-service`, ({ body }) => body.spec.replicas === 2, { withinMs: 40_000 });
  const second = await run('tartware/deploy', { scale: '1:20', tag: 'v1.1.0' }, installing());
  expect(second.status, second.trouble).toBe('done');
  const imageOf = async (name: string) =>
    (await cluster.get(`${apps()}/${name}`)).body.spec.template.spec.containers[0].image;
  expect(await imageOf('core-service')).toBe(pinned);
  expect(await imageOf('api-gateway')).toBe('docker.io/tartware/api-gateway:v1.1.0');
  const { body: guests } = await cluster.get(`${apps()}/guests-service`);
  expect(guests.spec.replicas).toBe(2);
  const third = await run('tartware/deploy', { scale: '1:20', tag: 'v1.1.0' }, installing());
  expect(third.of('deploy')?.summary).toContain('unchanged');
  const gone = await cleanUp({ deleteSecrets: 'true' }, installing());
  expect(gone.status, gone.trouble).toBe('done');
  await cluster.until(`/api/v1/namespaces/${namespace}`, ({ status }) => status === 404);
}, 180_000);

/** Priority classes belong to the whole cluster: where others are at work too, they stay. */
function cleanUp(inputs: Record<string, string>, on = rehearsing()) {
  const all = ['confirm', 'look', 'way-in', 'services', 'monitors', 'configuration', 'secrets', 'namespace'];
  const steps = cluster.on === 'sandbox' ? [...all, 'priorities'] : all;
  return run('tartware/clean-up', { ...inputs, confirmName: namespace }, on, steps);
}
