import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { applyObject } from '../../../../src/cluster/apply.ts';
import type { KubernetesObject } from '../../../../src/kubernetes/object.ts';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';
import { execute } from '../../support/streams.ts';
import { part, service, settings } from '../../support/tars-parts.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const workspace = mkdtempSync(join(tmpdir(), 'tars-console-maintenance-'));
const small = { resources: { requests: { cpu: '10m', memory: '16Mi' } } };

const withNamespace = (object: KubernetesObject) => ({ ...object, metadata: { ...object.metadata, namespace } });

async function deploy(name: string, options: object) {
  await applyObject(connection, withNamespace(part(name, options)));
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  await cluster.until(path, ({ body }) => (body.status?.readyReplicas ?? 0) >= 1);
}

/** A program in the pod of a part; what it writes. */
async function inPod(app: string, command: readonly string[], stdin?: string): Promise<string> {
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`);
  const { stdout, stderr } = await execute(
    cluster,
    namespace,
    body.items[0].metadata.name,
    command,
    stdin === undefined ? {} : { stdin },
  );
  return stdout + stderr;
}

const sql = (database: string, text: string) =>
  inPod('postgres', ['psql', '-XqtA', '-U', 'tars_user', '-d', database], `${text}\n`);
const databases = async () =>
  (await sql('postgres', 'SELECT datname FROM pg_database ORDER BY 1'))
    .trim()
    .split('\n')
    .filter((name) => !/^(postgres|template.)$/.test(name));

async function run(ref: string, inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, ref, inputs, workspace);
  const plan = await playbook.plan();
  const { status, records } = await playbook.run(plan);
  return { plan, status, ends: endsOf(records), told: JSON.stringify(records) };
}

const newest = (folder: string) => readdirSync(join(workspace, folder)).sort().at(-1) ?? '';

beforeAll(async () => {
  const env = ['POSTGRES_USER=tars_user', 'POSTGRES_DB=tars_analytics', 'POSTGRES_PASSWORD=just-for-tests'];
  const container = {
    ...small,
    env: env.map((one) => ({ name: one.split('=')[0], value: one.split('=')[1] })),
    readinessProbe: { exec: { command: ['pg_isready'] }, periodSeconds: 1 },
  };
  await deploy('postgres', { image: 'postgres:17.6', container });
  await applyObject(connection, {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'tars-config', namespace } },
    data: { POSTGRES_DB: 'tars_analytics', POSTGRES_USER: 'tars_user' },
  });
  for (const [name, app, port] of [
    ['postgres-service', 'postgres', 5432],
    ['backend-service', 'tars-backend', 8000],
  ] as const)
    await applyObject(connection, withNamespace(service(name, { app }, port)));
  const variables = settings({ POSTGRES_PASSWORD: 'just-for-tests', REDIS_ENABLED: 'false' });
  await deploy('tars-backend', {
    image: 'tars/tars-backend:1',
    container: {
      ...small,
      ports: [{ containerPort: 8000 }],
      env: variables,
      readinessProbe: { httpGet: { path: '/ready', port: 8000 } },
    },
    spec: { replicas: 1, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
  });
  await sql('tars_analytics', 'DROP TABLE query_log;');
  await sql('tars_analytics', 'CREATE TABLE query_log (id integer PRIMARY KEY, question text NOT NULL);');
  const rows = Array.from({ length: 500 }, (_, index) => `(${index}, 'question ${'x'.repeat(200)}')`);
  await sql('tars_analytics', `INSERT INTO query_log VALUES ${rows.join(', ')};`);
}, 120_000);

it('Back up PostgreSQL: everything comes into one file that only its owner may read, under a name with the time', async () => {
  const { plan, status } = await run('tars/backup', { folder: 'plain' });
  expect(status).toBe('done');
  const change = plan.steps.find(({ id }) => id === 'dump/plain')?.preview?.changes.at(-1);
  expect(change).toMatchObject({ object: 'file/plain/tars_analytics-<time>.sql', action: 'create' });
  expect(readdirSync(join(workspace, 'plain'))).toEqual([expect.stringMatching(/^tars_analytics-\d{8}-\d{6}\.sql$/)]);
  const file = join(workspace, 'plain', newest('plain'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const text = readFileSync(file, 'utf8');
  expect(text.split('\n').filter((line) => /^\d+\tquestion/.test(line))).toHaveLength(500);
  expect(text).toContain('\n-- PostgreSQL database dump complete\n');
});

it('a wrong user or database is said before anything is written', async () => {
  const wrong = await run('tars/backup', { folder: 'nothing', user: 'nobody' });
  expect(wrong).toMatchObject({ status: 'not-met', ends: { 'dump/contents': 'not-met' } });
  expect(wrong.told).toContain('role \\"nobody\\" does not exist');
  expect(() => readdirSync(join(workspace, 'nothing'))).toThrow('ENOENT');
});

it('Restore PostgreSQL: a backup becomes a new database with every row, from SQL and from an archive', async () => {
  const plain = await run('tars/restore', { file: `plain/${newest('plain')}` });
  expect(plain).toMatchObject({ status: 'done', ends: { confirm: 'skipped', restore: 'done', name: 'done' } });
  expect(plain.told).toContain('query_log: 500 rows');
  expect(await databases()).toEqual(['tars_analytics', 'tars_analytics_restored']);
  expect((await sql('tars_analytics_restored', 'SELECT count(*) FROM query_log')).trim()).toBe('500');

  expect(await run('tars/backup', { folder: 'custom', format: 'custom' })).toMatchObject({ status: 'done' });
  const archive = await run('tars/restore', { file: `custom/${newest('custom')}`, database: 'from_archive' });
  expect(archive).toMatchObject({ status: 'done', ends: { restore: 'skipped', 'restore-archive': 'done' } });
  expect((await sql('from_archive', 'SELECT count(*) FROM query_log')).trim()).toBe('500');
  await inPod('postgres', ['dropdb', '-U', 'tars_user', 'from_archive']);
});

it('the live database is replaced when its name is typed, and what it was stays beside it', async () => {
  await sql('tars_analytics', 'DELETE FROM query_log WHERE id < 400;');
  const file = `plain/${newest('plain')}`;
  const unasked = await run('tars/restore', { file, database: 'tars_analytics' });
  expect(unasked).toMatchObject({ status: 'failed', ends: { confirm: 'failed' } });
  expect(unasked.told).toContain('public|query_log|100');
  expect((await sql('tars_analytics', 'SELECT count(*) FROM query_log')).trim()).toBe('100');

  const inputs = { file, database: 'tars_analytics', confirmName: 'tars_analytics' };
  const { status, ends } = await run('tars/restore', inputs);
  expect(status).toBe('done');
  expect(ends).toMatchObject({ confirm: 'done', restore: 'done', name: 'done', delete: 'skipped', ready: 'done' });
  expect((await sql('tars_analytics', 'SELECT count(*) FROM query_log')).trim()).toBe('500');
  const [before = ''] = (await databases()).filter((name) => name.startsWith('tars_analytics_before_'));
  expect((await sql(before, 'SELECT count(*) FROM query_log')).trim()).toBe('100');
}, 120_000);

it('a file that is cut short or not a backup is refused, and one that fails in the middle leaves nothing', async () => {
  const whole = readFileSync(join(workspace, 'plain', newest('plain')), 'utf8');
  const there = await databases();
  writeFileSync(join(workspace, 'cut.sql'), whole.slice(0, whole.length / 2));
  const cut = await run('tars/restore', { file: 'cut.sql', database: 'other' });
  expect(cut).toMatchObject({ status: 'not-met', ends: { file: 'not-met' } });
  expect(cut.told).toContain('a dump without its closing line: it was cut short');
  writeFileSync(join(workspace, 'foreign.sql'), 'DROP DATABASE tars_analytics;\n');
  expect((await run('tars/restore', { file: 'foreign.sql', database: 'other' })).told).toContain(
    'a file that pg_dump did not write',
  );
  const sum = await run('tars/restore', {
    file: `plain/${newest('plain')}`,
    database: 'other',
    sha256: 'ab'.repeat(32),
  });
  expect(sum).toMatchObject({ status: 'not-met', ends: { file: 'not-met' } });
  writeFileSync(join(workspace, 'broken.sql'), whole.replace('\n450\tquestion', '\nnot a number\tquestion'));
  const broken = await run('tars/restore', { file: 'broken.sql', database: 'other' });
  expect(broken).toMatchObject({ status: 'failed', ends: { restore: 'failed', tidy: 'done' } });
  expect(broken.told).toContain('invalid input syntax for type integer');
  expect(await databases()).toEqual(there);
});

it('Back up ChromaDB: its files are copied, compared, and nobody else may read them', async () => {
  // It makes its files before it answers.
  const readinessProbe = { httpGet: { path: '/api/v2/heartbeat', port: 8000 }, periodSeconds: 1 };
  const container = { ...small, ports: [{ containerPort: 8000 }], readinessProbe };
  await deploy('chromadb', { image: 'chromadb/chroma:1.0.20', container });
  const { status, told } = await run('tars/backup-chromadb', { folder: 'vectors' });
  expect(status).toBe('done');
  expect(told).toContain('SHA-256 sums compared');
  const copy = join(workspace, 'vectors', newest('vectors'));
  expect(copy).toMatch(/chromadb-\d{8}-\d{6}$/);
  expect(readFileSync(join(copy, 'chroma.sqlite3')).subarray(0, 15).toString()).toBe('SQLite format 3');
  expect([statSync(copy).mode & 0o777, statSync(join(copy, 'chroma.sqlite3')).mode & 0o777]).toEqual([0o700, 0o600]);
});

it('New backend version: a new image is rolled out and answers; one that is missing fails with its cause while the old pods serve', async () => {
  const updated = await run('tars/update-backend', { registry: 'tars', tag: '2' });
  expect(updated).toMatchObject({ status: 'done', ends: { update: 'done', health: 'done', ready: 'done' } });

  const missing = await run('tars/update-backend', { registry: 'tars/does-not-exist', tag: '3' });
  expect(missing).toMatchObject({ status: 'failed', ends: { update: 'failed' } });
  expect(missing.told).toMatch(/ErrImagePull|ImagePullBackOff/);
  const { body } = await cluster.get(`/apis/apps/v1/namespaces/${namespace}/deployments/tars-backend`);
  expect(body.status.availableReplicas).toBe(1);
  const again = await run('tars/update-backend', { registry: 'tars', tag: '2' });
  expect(again.status).toBe('done');
}, 120_000);
