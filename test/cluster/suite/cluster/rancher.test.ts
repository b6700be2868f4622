import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { certManagerHookMs, installCertManager } from '../../support/cert-manager.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';

let cluster: ClusterUnderTest;
let connection: Connection;
let uninstall: () => Promise<void>;

beforeAll(async () => {
  cluster = await openCluster({ speed: 25 });
  const own = await connectTo(cluster, 'default');
  // Its chart is not fetched in a test: the stand-in is what comes, on either server.
  connection = { ...own, info: { ...own.info, sandbox: true } };
  uninstall = await installCertManager(cluster);
}, certManagerHookMs);
afterAll(async () => {
  await cluster.remove('/api/v1/namespaces/cattle-system');
  await uninstall();
  connection.close();
  await cluster.close();
}, 120_000);

async function run(inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, 'cluster/rancher', inputs);
  return playbook.run(await playbook.plan());
}
const inCattle = (path: string) => cluster.get(path.replace('*', 'namespaces/cattle-system'));

test('the guide’s Rancher 2.8.0 is refused with the reason, and nothing is made', async () => {
  const { status, records } = await run({ version: '2.8.0' });
  expect(status).toBe('not-met');
  const findings = records.flatMap((one) => (one.type === 'step-result' ? (one.findings ?? []) : []));
  expect(findings.find(({ title }) => title === 'Rancher supports this Kubernetes')).toMatchObject({
    level: 'fatal',
    expected: 'Kubernetes below v1.28 for Rancher 2.8.0',
  });
  expect((await cluster.get('/api/v1/namespaces/cattle-system')).status).toBe(404);
}, 120_000);

test('Rancher is installed with a password of its own and a certificate, answers, and is taken away again', async () => {
  const inputs = { hostname: 'rancher.example.test', replicas: '1' };
  const first = await run(inputs);
  expect(first.status, troubleOf(first.records)).toBe('done');
  const { body: secret } = await inCattle('/api/v1/*/secrets/bootstrap-secret');
  const password = Buffer.from(secret.data.bootstrapPassword, 'base64').toString();
  expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(JSON.stringify(first.records)).not.toContain(password);
  const { body: deployment } = await inCattle('/apis/apps/v1/*/deployments/rancher');
  expect(deployment).toMatchObject({ status: { readyReplicas: 1 } });
  const { body: ingress } = await inCattle('/apis/networking.k8s.io/v1/*/ingresses/rancher');
  expect(ingress.spec).toMatchObject({
    rules: [{ host: 'rancher.example.test' }],
    tls: [{ secretName: 'tls-rancher-ingress' }],
  });
  expect((await inCattle('/api/v1/*/secrets/tls-rancher-ingress')).body.data['tls.crt']).toBeTruthy();

  const second = await run(inputs);
  expect(second.status, troubleOf(second.records)).toBe('done');
  expect(endsOf(second.records)).toMatchObject({ password: 'skipped', rancher: 'skipped', answers: 'done' });

  const gone = await run({ action: 'uninstall' });
  expect(gone.status, troubleOf(gone.records)).toBe('done');
  await cluster.until('/api/v1/namespaces/cattle-system', ({ status }) => status === 404);
}, 300_000);

test('the nodes are held against the requirements of a provider, and nothing is changed', async () => {
  const playbook = await openPlaybook(connection, 'cluster/provider', { provider: 'bare-metal' });
  const { status, records } = await playbook.run(await playbook.plan());
  expect(status, troubleOf(records)).toBe('done');
  const findings = records.flatMap((one) => (one.type === 'step-result' ? (one.findings ?? []) : []));
  const { body } = await cluster.get('/api/v1/nodes');
  const servers = body.items.filter(({ metadata }: { metadata: { labels?: Record<string, string> } }) =>
    Object.hasOwn(metadata.labels ?? {}, 'node-role.kubernetes.io/control-plane'),
  );
  const finding = findings.find(({ title }) => title === 'Three nodes of the control plane');
  expect(Number(finding?.observed)).toBe(servers.length);
  expect(finding?.level).toBe(servers.length >= 3 ? 'ok' : 'warning');
}, 60_000);
