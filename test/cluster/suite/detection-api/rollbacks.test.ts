import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { openCluster } from '../../support/cluster.ts';
import { diagnoseFor } from '../../support/diagnose-for.ts';
import { compiledProgram } from '../../support/helm.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';
import { execute } from '../../support/streams.ts';

const helm = compiledProgram('helm');
const cluster = await openCluster();
const namespace = await cluster.namespace();
const [core, apps] = [`/api/v1/namespaces/${namespace}`, `/apis/apps/v1/namespaces/${namespace}`];
const workspace = mkdtempSync(join(tmpdir(), 'tars-console-rollbacks-'));
let connection: Connection;

async function run(ref: string, inputs: Record<string, string> = {}) {
  const system = ref.startsWith('cluster/') ? 'detection-api' : undefined;
  const playbook = await openPlaybook(connection, ref, inputs, workspace, { system, assumeYes: true });
  const { status, records } = await playbook.run(await playbook.plan());
  return { status, ends: endsOf(records), trouble: troubleOf(records), told: JSON.stringify(records) };
}

async function done(ref: string, inputs: Record<string, string> = {}) {
  const result = await run(ref, inputs);
  expect(result.status, result.trouble).toBe('done');
  return result;
}

const container = async (slot: string) =>
  (await cluster.get(`${apps}/deployments/detection-api-${slot}`)).body.spec.template.spec.containers[0];
const tagOf = async (slot: string) => (await container(slot)).image.split(':').at(-1);
const memoryOf = async (slot: string) => (await container(slot)).resources.limits.memory;
const revisions = async () => {
  const { body } = await cluster.get(`${core}/secrets?labelSelector=owner%3Dhelm`);
  return body.items.map(({ metadata }: { metadata: { labels: { version: string } } }) =>
    Number(metadata.labels.version),
  );
};

beforeAll(async () => {
  if (helm) process.env.TARS_CONSOLE_HELM = helm;
  const connected = await connectTo(cluster, namespace);
  // The TAK server and its certificates are played on both clusters.
  connection = { ...connected, info: { ...connected.info, sandbox: true } };
  await done('detection-api/storage');
  await done('detection-api/configure-secrets');
  await done('detection-api/deploy', { way: helm ? 'helm' : 'manifests' });
}, 240_000);

afterAll(async () => {
  delete process.env.TARS_CONSOLE_HELM;
  connection.close();
  await cluster.close();
});

describe.runIf(helm)('with the helm that `npm run test:cluster` compiles', { timeout: 180_000 }, () => {
  it('Rolling update by Helm: the live slot alone gets the new version, as a revision of the release', async () => {
    await done('detection-api/rolling-update', { tag: '1.1.0' });
    expect([await tagOf('blue'), await tagOf('green')]).toEqual(['1.1.0', '1.0.0']);
    expect(Math.max(...(await revisions()))).toBe(2);
  });

  it('Roll back › Helm: the revision before comes back as a new one, and one that is not there is refused', async () => {
    await done('cluster/helm-rollback');
    expect([await tagOf('blue'), await tagOf('green')]).toEqual(['1.0.0', '1.0.0']);
    expect(Math.max(...(await revisions()))).toBe(3);
    const { status } = await run('cluster/helm-rollback', { revision: '17' });
    expect(status).not.toBe('done');
    expect(Math.max(...(await revisions()))).toBe(3);
  });
});

it('Raise the memory limit: both slots have it, pod by pod, and a second time nothing is changed', async () => {
  await done('detection-api/raise-limits', { memory: '768Mi' });
  expect([await memoryOf('blue'), await memoryOf('green')]).toEqual(['768Mi', '768Mi']);
  const { metadata } = (await cluster.get(`${apps}/deployments/detection-api-green`)).body;
  await done('detection-api/raise-limits', { memory: '768Mi' });
  expect((await cluster.get(`${apps}/deployments/detection-api-green`)).body.metadata.generation).toBe(
    metadata.generation,
  );
}, 180_000);

it('Roll back › Revisions of a Deployment: they are listed with what differs, and the one before comes back', async () => {
  const listed = await done('cluster/rollback', { workload: 'detection-api-green', revision: 'list' });
  expect(listed.ends).toMatchObject({ previous: 'skipped', chosen: 'skipped' });
  expect(listed.told).toMatch(/revision \d+: detection-api \S+ \(other resources\)/);
  expect(await memoryOf('green')).toBe('768Mi');
  await done('cluster/rollback', { workload: 'detection-api-green' });
  expect([await memoryOf('green'), await memoryOf('blue')]).toEqual(['512Mi', '768Mi']);
  const refused = await run('cluster/rollback', { workload: 'detection-api-green', revision: '99' });
  expect(refused.status).toBe('not-met');
  expect(refused.ends).not.toHaveProperty('chosen');
}, 120_000);

it('Roll back › Data: a backup is written, then one migration goes back, and its table with it', async () => {
  const query = ['psql', '-XqtA', '-h', '127.0.0.1', '-U', 'detection_user', '-d', 'api'];
  const sql = async (text: string) => {
    const { stdout, stderr } = await execute(
      cluster,
      namespace,
      'detection-api-db-0',
      ['sh', '-c', `PGPASSWORD="$POSTGRES_PASSWORD" ${query.join(' ')}`],
      { stdin: `${text}\n` },
    );
    return stdout + stderr;
  };
  const tables = async () => sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1;");
  expect(await tables()).toContain('audit_log');
  expect((await run('detection-api/roll-back-data')).status).not.toBe('done');
  expect(await tables()).toContain('audit_log');

  // Its backup has the name of this second, and is never written over.
  rmSync(join(workspace, 'backups'), { recursive: true, force: true });
  await done('detection-api/roll-back-data', { confirmName: 'detection-api' });
  expect(await tables()).not.toContain('audit_log');
  expect((await sql('SELECT version_num FROM alembic_version;')).trim()).toBe('5e0b93f6a2c8');
  const [file = ''] = readdirSync(join(workspace, 'backups'));
  expect(readFileSync(join(workspace, 'backups', file), 'utf8')).toContain('audit_log');
}, 120_000);

it('Troubleshoot: nothing is found where all is well, and everything could be read', async () => {
  for (const name of ['diagnose-memory', 'diagnose-tak'])
    expect(await diagnoseFor(connection, 'detection-api', `detection-api/${name}`), name).toEqual([]);
  for (const name of ['diagnose-pods', 'diagnose-ingress'])
    expect(await diagnoseFor(connection, 'detection-api', `cluster/${name}`), name).toEqual([]);
}, 60_000);
