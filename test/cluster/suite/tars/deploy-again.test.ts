import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inputsNow } from '../../support/read-inputs.ts';
import { openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const core = `/api/v1/namespaces/${namespace}`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const scaler = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/tars-backend`;
const ingress = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/tars-ingress`;
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const built = `localhost:5000/team/tars-backend:0.4.0@${digest}`;

/** The shipped manifests, without a pod of the backend, and with an Ollama that asks for a GPU. */
function manifestsOfMyOwn(): string {
  const shipped = new URL('../../../../playbooks/tars/manifests/', import.meta.url).pathname;
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-manifests-'));
  for (const name of readdirSync(shipped)) {
    const text = readFileSync(join(shipped, name), 'utf8').replace(/^( {2}replicas:).*$/m, '$1 0');
    const withGpu = text
      .replace(/^( {4}spec:)$/m, '$1\n      nodeSelector: { nvidia.com/gpu.present: "true" }')
      .replace('memory: 8Gi }', 'memory: 8Gi, nvidia.com/gpu: "1" }');
    writeFileSync(join(folder, name), name.startsWith('ollama') ? withGpu : text);
  }
  return folder;
}

const manifests = manifestsOfMyOwn();
/** Those of its steps that set what somebody may change; none that waits. */
const parts = ['configuration', 'storage', 'databases', 'backend', 'ingress', 'autoscaler'];

async function deploy(given: Record<string, string> = {}) {
  const { values } = await inputsNow(connection, 'tars/deploy', given);
  const playbook = await openPlaybook(connection, 'tars/deploy', values, '/', { manifests, only: parts });
  const plan = await playbook.plan();
  const { status, records } = await playbook.run(plan);
  expect(status, troubleOf(records)).toBe('done');
  const changes = plan.steps.flatMap(({ preview }) => preview?.changes ?? []);
  return { values, changes, notes: changes.map(({ note }) => note ?? '').join('\n') };
}

async function run(ref: string, given: Record<string, string>, only?: string[]) {
  const { values } = await inputsNow(connection, ref, given);
  const playbook = await openPlaybook(connection, ref, values, '/', only ? { only } : {});
  const { status, records } = await playbook.run(await playbook.plan());
  expect(status, troubleOf(records)).toBe('done');
}

async function specsNow() {
  const paths = [
    `${deployments}/tars-backend`,
    `${deployments}/ollama`,
    scaler,
    ingress,
    `${core}/configmaps/tars-config`,
  ];
  const answers = await Promise.all(paths.map((path) => cluster.get(path)));
  return answers.map(({ body: { spec, data, metadata } }) => {
    // A controller counts it up when it has seen a change.
    const { 'deployment.kubernetes.io/revision': _, ...annotations } = metadata.annotations ?? {};
    return { spec, data, annotations };
  });
}

const containerOf = async (name: string) =>
  (await cluster.get(`${deployments}/${name}`)).body.spec.template.spec.containers[0];

it('Deploy applications: run again, it takes back nothing that was set since, says what stays', async () => {
  const first = await deploy();
  expect(first.values).toMatchObject({ registry: 'docker.io/tars', image: 'tars-backend', tag: '0.3.0-alpha' });
  expect((await containerOf('ollama')).resources.limits).toHaveProperty(['nvidia.com/gpu']);

  await run('tars/set-image', { image: built });
  await run('tars/raise-limits', { cpu: '3', memory: '6Gi' });
  await run('tars/ollama-cpu-only', {});
  await run('tars/autoscaler', { minimum: '2', maximum: '4', cpu: '60' }, ['autoscaler']);
  await run('tars/rate-limits', { perMinute: '77', perSecond: '55' });
  const annotations = { 'cert-manager.io/cluster-issuer': null };
  await cluster.patch(
    ingress,
    { metadata: { annotations }, spec: { ingressClassName: 'of-mine' } },
    'merge-patch+json',
  );
  const readinessProbe = { timeoutSeconds: 9 };
  await cluster.patch(
    `${deployments}/tars-backend`,
    { spec: { template: { spec: { containers: [{ name: 'backend', readinessProbe }] } } } },
    'strategic-merge-patch+json',
    { query: { fieldManager: 'kubectl-edit' } },
  );
  const before = await specsNow();

  const second = await deploy();
  expect(second.values).toMatchObject({
    ...{ registry: 'localhost:5000/team', image: 'tars-backend', tag: `0.4.0@${digest}`, ingressClass: 'of-mine' },
  });
  expect(second.changes.filter(({ action }) => action !== 'unchanged')).toEqual([]);
  for (const said of [
    'Deployment/tars-backend keeps what was changed since: ',
    '.spec.template.spec.containers[name="backend"].resources.limits.cpu',
    '.spec.template.spec.containers[name="backend"].readinessProbe.timeoutSeconds',
    'spec.template.spec.nodeSelector stays away',
    'spec.maxReplicas stays 4, not 10',
    '.data.RATE_LIMIT_PER_MINUTE',
    'limit-rps',
  ])
    expect(second.notes).toContain(said);
  expect(await specsNow()).toEqual(before);
});

it('Deploy applications: a tag that is asked for wins over the image that is there, and what manifests say anew arrives', async () => {
  const asked = await deploy({ tag: '0.5.0' });
  const change = asked.changes.find(({ object }) => object === 'Deployment/tars-backend');
  expect(change?.fields).toEqual([
    expect.objectContaining({ before: built, after: 'localhost:5000/team/tars-backend:0.5.0' }),
  ]);
  expect(change?.note).not.toContain('.image');
  const backend = await containerOf('tars-backend');
  expect(backend).toMatchObject({
    ...{ image: 'localhost:5000/team/tars-backend:0.5.0', readinessProbe: { timeoutSeconds: 9 } },
    resources: { limits: { cpu: '3', memory: '6Gi' } },
  });
  const scaled = `${deployments}/redis/scale`;
  await cluster.patch(scaled, { spec: { replicas: 0 } }, 'merge-patch+json', { query: { fieldManager: 'kubectl' } });
  const file = join(manifests, 'ollama-deployment.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('requests: { cpu: 500m', 'requests: { cpu: 250m'));
  await deploy();
  expect((await containerOf('ollama')).resources.requests.cpu).toBe('250m');
  expect((await containerOf('tars-backend')).image).toBe('localhost:5000/team/tars-backend:0.5.0');
  expect((await cluster.get(scaled)).body.spec.replicas, 'a database that was scaled to zero starts again').toBe(1);
});

it('the backend’s image is read whatever it is: of another name, of a registry with a port, by its digest, or plain', async () => {
  const images: [string, object][] = [
    ['ghcr.io/me/other:1', { registry: 'ghcr.io/me', image: 'other', tag: '1' }],
    ['localhost:5000/tars-backend', { registry: 'localhost:5000', image: 'tars-backend', tag: 'latest' }],
    [`host:5000/a/b@${digest}`, { registry: 'host:5000/a', image: 'b', tag: `@${digest}` }],
    ['tars-backend:0.3.0-alpha', { registry: '', image: 'tars-backend', tag: '0.3.0-alpha' }],
  ];
  for (const [image, parts] of images) {
    const containers = [{ name: 'backend', image }];
    const patch = { spec: { template: { spec: { containers } } } };
    await cluster.patch(`${deployments}/tars-backend`, patch, 'strategic-merge-patch+json');
    const { values } = await inputsNow(connection, 'tars/deploy');
    expect(values).toMatchObject(parts);
    const playbook = await openPlaybook(connection, 'tars/deploy', values, '/', { manifests, only: ['backend'] });
    const { steps } = await playbook.plan();
    const changes = steps.flatMap(({ preview }) => preview?.changes ?? []);
    const fields = changes.flatMap((one) => ('fields' in one ? (one.fields ?? []) : []));
    // Only one without any version gets the one that it means.
    const { tag } = parts as { tag: string };
    expect(fields.map(({ after }) => after)).toEqual(tag === 'latest' ? [`${image}:latest`] : []);
  }
  const plain = { registry: '', tag: '0.3.0-alpha' };
  for (const ref of ['tars/update-backend', 'tars/full-deployment'])
    expect((await inputsNow(connection, ref)).values).toMatchObject(plain);
});
