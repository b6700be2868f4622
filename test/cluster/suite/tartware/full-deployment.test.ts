import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playbookRoots } from '../../../../src/cli/catalog.ts';
import type { Connection } from '../../../../src/cluster/connection.ts';
import type { Finding } from '../../../../src/playbooks/finding.ts';
import { createAsker } from '../../../../src/playbooks/queries/asker.ts';
import type { RunRecord } from '../../../../src/playbooks/runs/events.ts';
import { runPaths, runsFolder } from '../../../../src/playbooks/runs/run-folder.ts';
import { loadSystems } from '../../../../src/systems/system.ts';
import { type ClusterContents, clusterContents, contentsDifference } from '../../../support/cluster-contents.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { diagnoseFor } from '../../support/diagnose-for.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';

// The infrastructure belongs to a whole cluster, and others are at work on the real one.
const onSandbox = process.env.CLUSTER_UNDER_TEST === 'sandbox';
const namespace = 'tartware-system';
const core = `/api/v1/namespaces/${namespace}`;
let cluster: ClusterUnderTest;
let connection: Connection;
let empty: ClusterContents;

beforeAll(async () => {
  if (!onSandbox) return;
  process.env.TARS_CONSOLE_HELM = '/nowhere/helm';
  // A Deployment has ten minutes to come up, which are one minute here: enough on a machine that does other things too.
  cluster = await openCluster({ speed: 10 });
  const connected = await connectTo(cluster, namespace);
  connection = { ...connected, info: { ...connected.info, sandbox: true } };
  empty = await clusterContents(connection);
}, 60_000);

afterAll(async () => {
  delete process.env.TARS_CONSOLE_HELM;
  connection?.close();
  await cluster?.close();
});

async function run(ref: string, inputs: Record<string, string> = {}) {
  const playbook = await openPlaybook(connection, ref, inputs, '/', { assumeYes: true });
  const { status, records } = await playbook.run(await playbook.plan());
  const findings: Finding[] = records.flatMap((one) => (one.type === 'step-result' ? (one.findings ?? []) : []));
  const observed = (title: string) => findings.find((one) => one.title.startsWith(title))?.observed;
  return {
    status,
    records,
    findings,
    observed,
    ends: endsOf(records),
    trouble: status === 'done' ? '' : troubleOf(records),
  };
}
const well = { status: 'done', trouble: '' };

describe.skipIf(!onSandbox)('Tartware from an empty cluster to a verified one, and back', () => {
  test('Full deployment: everything in one go, verified at the end', async () => {
    const deployed = await run('tartware/full-deployment', { loadTest: 'false' });
    expect(deployed).toMatchObject(well);
    expect(deployed.observed('All nine services have the pods')).toContain('notifications-service 1/1');
    expect(deployed.ends).toMatchObject({
      'verify/health': 'done',
      'verify/ready': 'done',
      'verify/public-name': 'done',
    });
    const { body } = await cluster.get(`${core}/secrets/redis-credentials`);
    const { body: cache } = await cluster.get('/api/v1/namespaces/cache/secrets');
    const passwords = cache.items.map(({ data }: { data?: { password?: string } }) => data?.password);
    expect(passwords).toContain(body.data.password);
  }, 240_000);

  test('Smoke test and Analyse results: what a deployment has measured is judged by the six goals', async () => {
    const smoke = await run('tartware/load-test', { profile: 'custom', loop: 'users', users: '5', duration: '2s' });
    const result = smoke.records.find((one) => one.type === 'step-result' && one.step === 'custom-users');
    if (result?.type !== 'step-result') throw new Error(smoke.trouble);
    expect(result.outputs?.requests).toBeGreaterThan(0);
    expect(await run('tartware/analyse')).toMatchObject({ status: 'not-met' });
    record('a-deployment', smoke.records);
    const judged = await run('tartware/analyse', { run: 'a-deployment' });
    expect(judged.observed('There is a load test with figures')).toContain('on the sandbox: a-deployment');
    expect(judged.observed('P95')).toMatch(/^[\d.]+ ms/);
    const later = await run('tartware/load-test', { tool: 'k6' });
    expect(later.status).toBe('not-met');
    expect(later.findings.find(({ level }) => level === 'fatal')?.repair).toContain('k6 and Locust come with a later');
  }, 60_000);

  test('Connections of the database and Try a connection: PostgreSQL is asked in its pod, and from beside the services', async () => {
    const asked = await run('tartware/database-connections');
    expect(asked).toMatchObject(well);
    expect(asked.observed('The database answers')).toMatch(/^\d+ connections$/);
    expect(await run('tartware/test-database')).toMatchObject({ ...well, ends: { try: 'done', remove: 'done' } });
    expect((await cluster.get(`${core}/pods/debug-database`)).status).toBe(404);
  }, 60_000);

  test('Troubleshoot: High latency names pods that are missing, Database connection issues a Service that leads nowhere', async () => {
    const idsOf = async (name: string) =>
      (await diagnoseFor(connection, 'tartware', `tartware/${name}`)).map(({ id }) => id);
    expect(await idsOf('diagnose-database')).toEqual([]);
    // How fast it answers is the machine's affair here, and everything else is not.
    const ofTheMachine = ['latency-high', 'dependencies-slow', 'cpu-limit', 'autoscaler-at-max', 'pool-waits'];
    expect((await idsOf('diagnose-latency')).filter((id) => !ofTheMachine.includes(id ?? ''))).toEqual([]);
    const labels = { app: 'laggard', 'app.kubernetes.io/part-of': 'tartware' };
    const containers = [{ name: 'laggard', image: 'nginx:1.27' }];
    const template = { metadata: { labels }, spec: { containers, nodeSelector: { disk: 'none' } } };
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const selector = { matchLabels: { app: 'laggard' } };
    await cluster.post(deployments, { metadata: { name: 'laggard', labels }, spec: { selector, template } });
    expect(await idsOf('diagnose-latency')).toContain('few-pods');
    await cluster.remove(`${deployments}/laggard`);
    const services = '/api/v1/namespaces/database/services/postgres-rw';
    const { body } = await cluster.get(services);
    await cluster.patch(services, { spec: { selector: { 'cnpg.io/cluster': 'another' } } }, 'merge-patch+json');
    await cluster.until(
      '/apis/discovery.k8s.io/v1/namespaces/database/endpointslices?labelSelector=kubernetes.io/service-name=postgres-rw',
      (answer) => answer.body.items.every(({ endpoints }: { endpoints?: unknown[] }) => !endpoints?.length),
    );
    const found = await diagnoseFor(connection, 'tartware', 'tartware/diagnose-database');
    expect(found[0]).toMatchObject({ id: 'database-service', observed: 'no endpoint is ready' });
    await cluster.patch(services, { spec: { selector: body.spec.selector } }, 'merge-patch+json');
  }, 60_000);

  test('Deploy monitoring and Live queries: rules, alarms and dashboards are there, and the six figures are asked', async () => {
    expect(await run('tartware/monitoring')).toMatchObject({ ...well, ends: { rules: 'done', dashboards: 'done' } });
    const { body } = await cluster.get(`/apis/monitoring.coreos.com/v1/namespaces/${namespace}/prometheusrules`);
    const alarms = body.items.flatMap(({ spec }: { spec: { groups: { rules: { alert?: string }[] }[] } }) =>
      spec.groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? [])),
    );
    expect(alarms.length).toBeGreaterThanOrEqual(6);
    const maps = await cluster.get('/api/v1/namespaces/observability/configmaps?labelSelector=grafana_dashboard');
    expect(maps.body.items.length).toBeGreaterThanOrEqual(3);

    const queries = loadSystems(playbookRoots({ workspace: '/' })).systems.find(
      ({ name }) => name === 'tartware',
    )?.queries;
    const source = { kind: 'stand-in' as const };
    const signal = AbortSignal.timeout(30_000);
    const asked = { connection, namespace, queries: queries ?? [], source, everyMs: 15_000, signal };
    const figures = await createAsker(asked)();
    expect(figures.map(({ title }) => title)).toEqual([
      ...['Request rate', 'P95 latency', 'Error rate', 'Pod count', 'CPU usage', 'Memory usage'],
    ]);
    expect(figures[3]?.trouble).toBeUndefined();
    expect(figures[3]?.value).toBeGreaterThanOrEqual(9);
  }, 60_000);

  test('Prerequisites: what the guide asks of a provider is looked at where one is said', async () => {
    const before = await run('tartware/prerequisites', { provider: 'vsphere' });
    expect(before.observed('The image of the nodes')).toBeDefined();
    expect((await run('tartware/prerequisites')).ends['provider/nodes']).toBe('skipped');
  }, 60_000);

  test('Clean up: with Secrets and infrastructure it leaves the cluster as it was', async () => {
    const everything = { deleteSecrets: 'true', infrastructure: 'true', confirmName: namespace };
    expect(await run('tartware/clean-up', everything)).toMatchObject(well);
    await cluster.until(core, ({ status }) => status === 404);
    expect(contentsDifference(empty, await clusterContents(connection))).toEqual({ gone: [], come: [], changed: [] });
  }, 300_000);
});

/** Writes a load test down as one that a deployment ended with. */
function record(id: string, records: readonly RunRecord[]): void {
  const { journal } = runPaths(join(runsFolder(), id));
  const results = records.filter(({ type }) => type === 'step-result' || type === 'step-intent');
  const within = results.map((one) => ('step' in one ? { ...one, step: `load-test/${one.step}` } : one));
  const ids = within.flatMap((one) => ('step' in one ? [one.step] : []));
  const planned = { title: 'A step', description: '', kind: 'load', depth: 1, group: false, equivalent: [] };
  const steps = ['load-test', ...new Set(ids)].map((step, index) => ({
    ...planned,
    id: step,
    ...(index === 0 ? { kind: 'playbook', group: true } : {}),
  }));
  const { context, server, sandbox } = connection.info;
  const header = {
    ...{ id, playbook: 'tartware/full-deployment', system: 'tartware', title: 'Full deployment', steps, inputs: {} },
    ...{ sensitiveInputs: [], hash: '', manifests: 'bundled', assumeYes: true, programVersion: '0.0.0' },
    ...{ cluster: { context, server, namespace, sandbox }, startedAt: '2026-01-01T00:00:00.000Z' },
  };
  const started = { v: 2, at: header.startedAt, type: 'run-started', run: header, pid: 1 };
  const lines = [started, ...within].map((one, index) => JSON.stringify({ ...one, seq: index + 1 }));
  mkdirSync(join(runsFolder(), id), { recursive: true });
  writeFileSync(journal, `${lines.join('\n')}\n`);
}
