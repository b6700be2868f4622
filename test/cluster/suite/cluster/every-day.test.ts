import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { applyObject } from '../../../../src/cluster/apply.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';
import { part, service } from '../../support/tars-parts.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const workspace = mkdtempSync(join(tmpdir(), 'tars-console-every-day-'));
const [core, apps] = [`/api/v1/namespaces/${namespace}`, `/apis/apps/v1/namespaces/${namespace}`];
const scaler = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/web`;
const password = 'a-password-of-the-shop';

const own = <T extends { metadata: object }>(object: T) => ({ ...object, metadata: { ...object.metadata, namespace } });
const deployment = async (name: string) => (await cluster.get(`${apps}/deployments/${name}`)).body;
const imageOf = async (name: string) => (await deployment(name)).spec.template.spec.containers[0].image;

beforeAll(async () => {
  const container = { resources: { requests: { cpu: '10m', memory: '16Mi' } } };
  for (const name of ['web', 'queue'])
    await applyObject(connection, own(part(name, { image: 'nginx:1.27', container })));
  await applyObject(connection, own(service('web', { app: 'web' }, 80)));
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop' }, data: { COLOUR: 'blue' } };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop' }, stringData: { PASSWORD: password } };
  for (const one of [settings, secret]) await cluster.post(`${core}/${one.kind.toLowerCase()}s`, one);
  for (const name of ['web', 'queue'])
    await cluster.until(`${apps}/deployments/${name}`, ({ body }) => body.status?.readyReplicas === 1);
}, 60_000);

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function run(ref: string, inputs: Record<string, string>, only?: string[]) {
  const playbook = await openPlaybook(connection, ref, inputs, workspace, only ? { only } : {});
  const { status, records } = await playbook.run(await playbook.plan());
  const trouble = status === 'done' ? '' : troubleOf(records);
  return { status, trouble, ends: endsOf(records), told: JSON.stringify(records) };
}

it('Replicas by hand and Autoscaler limits: what is chosen is scaled, and an autoscaler is made and changed', async () => {
  expect(await run('cluster/scale', { workload: 'web', replicas: '2' })).toMatchObject({ status: 'done', trouble: '' });
  expect((await deployment('web')).status.readyReplicas).toBe(2);

  const inputs = { workload: 'web', minimum: '2', maximum: '4' };
  expect(await run('cluster/autoscaler', inputs)).toMatchObject({ status: 'done', trouble: '' });
  expect((await cluster.get(scaler)).body.spec).toMatchObject({ minReplicas: 2, maxReplicas: 4 });
  const changed = await run('cluster/autoscaler', { workload: 'web', maximum: '5', cpu: '60' });
  expect(changed).toMatchObject({ status: 'done', ends: { create: 'skipped', limits: 'done', aim: 'done' } });
  const { spec } = (await cluster.get(scaler)).body;
  expect(spec).toMatchObject({ minReplicas: 2, maxReplicas: 5 });
  expect(spec.metrics[0].resource.target.averageUtilization).toBe(60);

  const open = await run('cluster/scale', { workload: 'web', replicas: '3' });
  expect(open).toMatchObject({ status: 'failed', ends: { decision: 'failed' } });
  expect((await deployment('web')).spec.replicas).toBe(2);
}, 300_000);

it('New version and Rolling restart: one after the other, and the registry and name of an image stay', async () => {
  const revision = async (name: string) =>
    (await deployment(name)).metadata.annotations['deployment.kubernetes.io/revision'];
  const before = await revision('queue');
  expect(await run('cluster/update-image', { workloads: 'web', tag: '1.28' })).toMatchObject({ status: 'done' });
  expect([await imageOf('web'), await imageOf('queue')]).toEqual(['nginx:1.28', 'nginx:1.27']);
  expect(await run('cluster/restart', { workloads: 'web,queue' })).toMatchObject({ status: 'done', trouble: '' });
  expect(await revision('queue')).not.toBe(before);
  expect((await run('cluster/restart', { workloads: 'nothing' })).told).toContain('not there: nothing');
}, 300_000);

it('Back up resources: named kinds as clean YAML, Secrets left out or encrypted; Restore resources: they come back', async () => {
  expect(await run('cluster/backup-resources', { folder: 'plain' })).toMatchObject({ status: 'done', trouble: '' });
  const [name = ''] = readdirSync(join(workspace, 'plain'));
  const file = join(workspace, 'plain', name);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  const objects = parseAllDocuments(text).map((one) => one.toJS());
  const kinds = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(kinds).toEqual(
    expect.arrayContaining(['ConfigMap/shop', 'Service/web', 'Deployment/web', 'Deployment/queue']),
  );
  expect(kinds.some((kind) => /^(Secret|Pod|ReplicaSet)\//.test(kind))).toBe(false);
  expect(text).not.toMatch(/managedFields|resourceVersion|^status:/m);

  const closed = { folder: 'closed', secrets: 'encrypt', passphrase: 'twelve letters or more' };
  expect(await run('cluster/backup-resources', closed)).toMatchObject({ status: 'done', trouble: '' });
  const sealed = `closed/${readdirSync(join(workspace, 'closed'))[0]}`;
  const held = readFileSync(join(workspace, sealed), 'utf8');
  expect(held).toContain('kind: SealedObjects');
  expect(held).not.toContain(password);
  expect(held).not.toContain(Buffer.from(password).toString('base64'));

  await cluster.remove(`${core}/secrets/shop`);
  await cluster.remove(`${core}/configmaps/shop`);
  const wrong = { file: sealed, passphrase: 'some other passphrase' };
  expect((await run('cluster/restore-resources', wrong, ['file', 'apply'])).told).toContain(
    'the passphrase is another one',
  );
  const right = { file: sealed, passphrase: closed.passphrase, takeOver: 'true' };
  expect(await run('cluster/restore-resources', right, ['file', 'apply'])).toMatchObject({
    status: 'done',
    trouble: '',
  });
  const { body } = await cluster.get(`${core}/secrets/shop`);
  expect(Buffer.from(body.data.PASSWORD, 'base64').toString()).toBe(password);
  expect((await cluster.get(`${core}/configmaps/shop`)).body.data).toEqual({ COLOUR: 'blue' });
}, 300_000);

it('Collect logs: every container’s lines in one file, with what Secrets hold hidden', async () => {
  expect(await run('cluster/collect-logs', {})).toMatchObject({ status: 'done', trouble: '' });
  const [name = ''] = readdirSync(join(workspace, 'logs'));
  const file = join(workspace, 'logs', name);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(password);
}, 60_000);

it('Loki: where there is none that is said, with another way to the logs; where there is one, a port leads to it', async () => {
  const port = String(await freePort());
  const none = await run('cluster/loki', { namespace, port }, ['look', 'open']);
  expect(none).toMatchObject({ status: 'not-met', ends: { look: 'not-met' } });
  expect(none.told).toContain('run cluster/collect-logs');

  const { apiVersion, kind, spec } = service('loki', { app: 'queue' }, 3100);
  const ports = [{ port: 3100, targetPort: 80 }];
  await applyObject(connection, { apiVersion, kind, metadata: { name: 'loki', namespace }, spec: { ...spec, ports } });
  type Slices = { body: { items?: { endpoints?: { conditions?: { ready?: boolean } }[] }[] } };
  await cluster.until(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io/service-name=loki`,
    ({ body }: Slices) => body.items?.some((one) => one.endpoints?.some((end) => end.conditions?.ready)) ?? false,
  );
  expect(await run('cluster/loki', { namespace, port }, ['look', 'open'])).toMatchObject({
    status: 'done',
    trouble: '',
  });
}, 300_000);

it('Network policies and Pod security: refused and allowed again; who breaks the standard is named', async () => {
  const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
  const names = async () =>
    (await cluster.get(policies)).body.items.map((one: { metadata: { name: string } }) => one.metadata.name);
  expect(await run('cluster/network-policies', { policies: 'refuse' })).toMatchObject({ status: 'done', trouble: '' });
  expect(await names()).toEqual(['allow-dns', 'default-deny']);
  const allow = await run('cluster/network-policies', { policies: 'allow' }, ['look', 'allow']);
  expect(allow).toMatchObject({ status: 'done', trouble: '' });
  expect(await names()).toEqual(['allow-dns', 'allow-everything', 'default-deny']);
  const { spec } = (await cluster.get(`${policies}/allow-everything`)).body;
  expect(spec).toMatchObject({ podSelector: {}, ingress: [{}], egress: [{}] });
  const again = await run('cluster/network-policies', { policies: 'refuse' });
  expect(again).toMatchObject({ status: 'done', ends: { refuse: 'skipped' } });
  expect(await names()).toEqual(['allow-dns', 'default-deny']);

  const refused = await run('cluster/pod-security', { level: 'restricted' });
  expect(refused).toMatchObject({ status: 'not-met', ends: { look: 'not-met' } });
  expect(refused.told).toMatch(/do not: [a-z0-9-]+/);
  expect(await run('cluster/pod-security', { level: 'baseline' })).toMatchObject({ status: 'done', trouble: '' });
  const { labels } = (await cluster.get(`/api/v1/namespaces/${namespace}`)).body.metadata;
  expect(labels['pod-security.kubernetes.io/enforce']).toBe('baseline');
}, 60_000);
