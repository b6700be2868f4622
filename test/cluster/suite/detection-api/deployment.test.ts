import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeCertificate } from '../../../../src/playbooks/steps/certificate/make.ts';
import { inputsNow } from '../../support/read-inputs.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const [core, apps] = [`/api/v1/namespaces/${namespace}`, `/apis/apps/v1/namespaces/${namespace}`];
const scaler = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/detection-api-hpa`;
const workspace = mkdtempSync(join(tmpdir(), 'tars-console-detection-'));
const today = { takRehearsal: 'false', takEndpoint: 'https://tak.example.com:8089', takPassword: 'a password of ours' };
const slots = ['blue', 'green'];

async function run(name: string, inputs: Record<string, string> = {}, only?: readonly string[]) {
  const options = only ? { only } : {};
  const playbook = await openPlaybook(connection, `detection-api/${name}`, inputs, workspace, options);
  const plan = await playbook.plan();
  const { status, records } = await playbook.run(plan);
  return { plan, status, ends: endsOf(records), told: JSON.stringify(records), trouble: troubleOf(records) };
}

async function done(name: string, inputs: Record<string, string> = {}, only?: readonly string[]) {
  const result = await run(name, inputs, only);
  expect(result.status, result.trouble).toBe('done');
  return result;
}

const secretOf = async (name: string) => (await cluster.get(`${core}/secrets/${name}`)).body;
const decoded = (text: string) => Buffer.from(text, 'base64').toString('utf8');
const slotOf = async (slot: string) => (await cluster.get(`${apps}/deployments/detection-api-${slot}`)).body;
interface Claim {
  spec: { storageClassName: string; resources: { requests: { storage: string } } };
  status: { phase: string };
}
interface Slot {
  spec: {
    template: {
      spec: { containers: { env: { name: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[] }[] };
    };
  };
}
const variable = (deployment: Slot, name: string) =>
  deployment.spec.template.spec.containers[0]?.env.find((one) => one.name === name)?.valueFrom?.secretKeyRef;

it('Check prerequisites: context, rights, room and what the cluster brings are looked at, and nothing is changed', async () => {
  const { told, plan } = await run('prerequisites', {}, ['context', 'rights', 'room']);
  expect(told).toContain('The context leads to a cluster with nodes');
  expect(told).toContain('You may create and change what it consists of');
  expect(told).toContain('no quota and no limits');
  expect(plan.steps.flatMap(({ preview }) => preview?.changes ?? [])).toEqual([]);
});

it('Namespaces and labels: one of its own with the strictest Pod Security, and nothing is made that is not asked for', async () => {
  const { ends } = await done('namespaces');
  expect(ends).toMatchObject({ own: 'done', shared: 'skipped' });
  const { labels } = (await cluster.get(`/api/v1/namespaces/${namespace}`)).body.metadata;
  expect(labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
});

it('Configure secrets: certificate files must be a pair that is valid today, the URL of the database is put together unseen, and a second run keeps all', async () => {
  const [mine, other] = await Promise.all([
    makeCertificate(['detection-api-service'], 90, 'TAK authority'),
    makeCertificate(['somebody-else'], 90, 'another authority'),
  ]);
  const files = { takCaCert: mine.authority, takClientCert: mine.certificate };
  const refused = await run('configure-secrets', { ...today, ...files, takClientKey: other.key });
  expect(refused.status).toBe('failed');
  expect(refused.told).toContain('client_key is not the key of the certificate in client_cert');
  for (const name of ['tak-server-credentials', 'db-credentials', 'jwt-keys'])
    expect((await cluster.get(`${core}/secrets/${name}`)).status).toBe(404);

  const given = { ...today, ...files, takClientKey: mine.key };
  const first = await done('configure-secrets', { ...given, databasePassword: 'not-for-the-screen-1' });
  const tak = (await secretOf('tak-server-credentials')).data;
  expect(decoded(tak.client_key)).toBe(mine.key);
  expect(decoded(tak.endpoint)).toBe('https://tak.example.com:8089');
  const database = (await secretOf('db-credentials')).data;
  const url = 'postgresql://detection_user:not-for-the-screen-1@detection-api-db:5432/api';
  expect(decoded(database.database_url)).toBe(url);
  expect(first.told).not.toContain('not-for-the-screen');
  const tokens = await secretOf('jwt-keys');
  expect(decoded(tokens.data.jwt_secret_key).length).toBeGreaterThan(40);
  await done('configure-secrets', given);
  expect((await secretOf('jwt-keys')).metadata.resourceVersion).toBe(tokens.metadata.resourceVersion);
});

it('Storage classes: both are made by the driver of the default class, and kept as they are a second time', async () => {
  await done('storage');
  const all = (await cluster.get('/apis/storage.k8s.io/v1/storageclasses')).body.items;
  const named = (name: string) => all.find((one: { metadata: { name: string } }) => one.metadata.name === name);
  expect(named('fast-ssd')).toMatchObject({ allowVolumeExpansion: true, volumeBindingMode: 'WaitForFirstConsumer' });
  expect(named('standard-db').provisioner).toBe(named('fast-ssd').provisioner);
  const again = await done('storage');
  expect(again.ends).toMatchObject({ 'fast-ssd': 'skipped', 'standard-db': 'skipped' });
});

it('Deploy by manifests: both slots with a queue and a cache of their own for each pod, the live one led by the autoscaler; a second run changes nothing', async () => {
  await done('deploy', { way: 'manifests' });
  for (const slot of slots) {
    const deployment = await slotOf(slot);
    expect(deployment.status.readyReplicas).toBe(deployment.spec.replicas);
  }
  const claims = (await cluster.get(`${core}/persistentvolumeclaims`)).body.items;
  const sizes = (claims as Claim[]).map(
    ({ spec, status }) => `${spec.storageClassName} ${spec.resources.requests.storage} ${status.phase}`,
  );
  expect(new Set(sizes)).toEqual(new Set(['fast-ssd 50Gi Bound', 'fast-ssd 10Gi Bound', 'standard-db 20Gi Bound']));
  expect((await cluster.get(`${core}/services/detection-api-service`)).body.spec.selector).toEqual({
    app: 'detection-api',
    slot: 'blue',
  });
  expect((await cluster.get(scaler)).body.spec).toMatchObject({
    scaleTargetRef: { name: 'detection-api-blue' },
    minReplicas: 2,
    maxReplicas: 10,
  });
  const policies = (await cluster.get(`/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`)).body.items;
  const names = policies.map((one: { metadata: { name: string } }) => one.metadata.name);
  expect(names).toEqual(expect.arrayContaining(['deny-all', 'allow-tak-egress']));
  const before = await Promise.all(slots.map(slotOf));
  await done('deploy', { way: 'manifests' });
  const after = await Promise.all(slots.map(slotOf));
  expect(after.map(({ metadata }) => metadata.generation)).toEqual(before.map(({ metadata }) => metadata.generation));
});

it('Verify deployment, Health endpoints: both slots are rolled out and answer, with their versions', async () => {
  const verified = await done('verify', { throughIngress: 'false' });
  expect(verified.told).toContain('blue, 2 ready pods');
  const health = await done('health');
  expect(health.told).toContain('version 1.0.0');
});

it('Override and resume the autoscaler: what its limits were is noted on it, and comes back', async () => {
  await done('override-autoscaler', { replicas: '3' });
  const over = (await cluster.get(scaler)).body;
  expect(over.spec).toMatchObject({ minReplicas: 3, maxReplicas: 10 });
  expect(over.metadata.annotations['tars-console.dev/limits-before']).toBe('2-10');
  expect((await slotOf('blue')).status.readyReplicas).toBeGreaterThanOrEqual(3);
  await done('resume-autoscaler');
  const back = (await cluster.get(scaler)).body;
  expect(back.spec).toMatchObject({ minReplicas: 2, maxReplicas: 10 });
  expect(back.metadata.annotations?.['tars-console.dev/limits-before']).toBeUndefined();
  expect((await done('resume-autoscaler')).ends).toMatchObject({ resume: 'skipped' });
  await done('autoscaler', { minimum: '2', maximum: '6', queueDepth: '1000' });
  const { metrics, maxReplicas } = (await cluster.get(scaler)).body.spec;
  expect(maxReplicas).toBe(6);
  expect(metrics.at(-1)).toMatchObject({ pods: { metric: { name: 'detection_queue_depth' } } });
});

it('Rotate: a successor is written, both slots read it, and the old Secret goes only when no pod refers to it', async () => {
  const old = decoded((await secretOf('jwt-keys')).data.jwt_secret_key);
  const first = await done('rotate', { which: 'tokens' });
  expect(first.told).not.toContain(old);
  const deployments = await Promise.all(slots.map(slotOf));
  for (const deployment of deployments) {
    expect(variable(deployment, 'JWT_SECRET_KEY')).toEqual({ name: 'jwt-keys-v2', key: 'jwt_secret_key' });
    expect(deployment.status.updatedReplicas).toBe(deployment.spec.replicas);
  }
  const { data } = await secretOf('jwt-keys-v2');
  expect(decoded(data.jwt_secret_key)).not.toBe(old);
  expect(decoded(data.jwt_algorithm)).toBe('HS256');
  expect((await cluster.get(`${core}/secrets/jwt-keys`)).status).toBe(404);
  // A later deployment keeps what the rotation has changed.
  const { values } = await inputsNow(connection, 'detection-api/deploy');
  expect(values).toMatchObject({
    jwtSecretName: 'jwt-keys-v2',
    dbSecret: 'db-credentials',
    live: 'blue',
    way: 'manifests',
  });
  await done('deploy', values);
  expect(variable(await slotOf('green'), 'JWT_EXPIRATION')?.name).toBe('jwt-keys-v2');
});

it('Scrape configuration, Alert rules: sound lines where there is no operator, of this namespace alone', async () => {
  await done('scrape', { way: 'file' });
  const lines = readFileSync(join(workspace, 'detection-api-scrape.yaml'), 'utf8');
  expect(lines).toContain(`names: [${namespace}]`);
  expect(lines).toContain('__meta_kubernetes_pod_annotation_prometheus_io_port');
  await done('alerts', { way: 'file' });
  const rules = readFileSync(join(workspace, 'detection-api-rules.yaml'), 'utf8');
  expect(rules).toContain(`namespace="${namespace}"`);
  expect(rules).toContain('{{ $labels.pod }}');
});

it('Key of the tokens from a Vault, Vertical autoscaler: where their kinds are missing it is said what brings them', async () => {
  for (const [name, group, brings] of [
    ['external-secrets', 'external-secrets.io/v1', 'cluster/external-secrets'],
    ['vertical', 'autoscaling.k8s.io/v1', 'cluster/vertical-autoscaler'],
  ] as const) {
    const served = (await cluster.get(`/apis/${group}`)).status === 200;
    const { status, told } = await run(name, {}, [name === 'vertical' ? 'look' : 'operator']);
    expect(status).toBe(served ? 'done' : 'not-met');
    expect(told).toContain(served ? '"served"' : brings);
  }
});

it('Clean up: it goes, and the database’s volume and the Secrets stay', async () => {
  await done('clean-up', { confirmName: namespace });
  for (const slot of slots) expect((await cluster.get(`${apps}/deployments/detection-api-${slot}`)).status).toBe(404);
  expect((await cluster.get(scaler)).status).toBe(404);
  const claims = (await cluster.get(`${core}/persistentvolumeclaims`)).body.items;
  expect(claims.map((one: { metadata: { name: string } }) => one.metadata.name)).toEqual(['data-detection-api-db-0']);
  expect((await secretOf('jwt-keys-v2')).data.jwt_secret_key).toBeDefined();
});
