import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { execInPod } from '../../../../src/cluster/streams/exec.ts';
import { clusterContents, contentsDifference } from '../../../support/cluster-contents.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';

// All of it belongs to a whole cluster, and others are at work on the real one.
const onSandbox = process.env.CLUSTER_UNDER_TEST === 'sandbox';
let cluster: ClusterUnderTest;
let connection: Connection;

beforeAll(async () => {
  if (!onSandbox) return;
  cluster = await openCluster({ speed: 50 });
  const connected = await connectTo(cluster, 'default');
  connection = { ...connected, info: { ...connected.info, sandbox: true } };
});

afterAll(async () => {
  connection?.close();
  await cluster?.close();
});

async function run(inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, 'cluster/infrastructure', inputs);
  const ended = await playbook.run(await playbook.plan());
  expect(ended.status, troubleOf(ended.records)).toBe('done');
  return ended;
}
type Ended = Awaited<ReturnType<typeof run>>;

const observed = ({ records }: Ended, title: string) =>
  records
    .flatMap((record) => (record.type === 'step-result' ? (record.findings ?? []) : []))
    .find((one) => one.title === title)?.observed;

async function inPod(namespace: string, pod: string, command: string[]) {
  let stdout = '';
  const onStdout = (bytes: Uint8Array) => {
    stdout += Buffer.from(bytes).toString();
  };
  const signal = AbortSignal.timeout(20_000);
  const container = (await cluster.get(`/api/v1/namespaces/${namespace}/pods/${pod}`)).body.spec.containers[0].name;
  const code = await execInPod(connection, {
    namespace,
    pod,
    container,
    command,
    onStdout,
    onStderr: () => {},
    signal,
  });
  return { code, stdout };
}

describe.skipIf(!onSandbox)('the infrastructure, chosen from the list', () => {
  test('all ten are installed, work, are left alone the second time, and leave the sandbox as it was', async () => {
    const empty = await clusterContents(connection);
    const first = await run({ database: 'hotel', owner: 'hotel', instances: '2' });
    expect(observed(first, 'All of them, with version and state')).toMatch(
      /^cert-manager .*ready\); ingress class nginx; istio /,
    );

    const sql = ['psql', '-U', 'hotel', '-d', 'hotel', '-tAc', 'select 1'];
    expect(await inPod('database', 'postgres-1', sql)).toEqual({ code: 0, stdout: '1\n' });
    const asAnybody = ['psql', '-h', 'postgres-rw.database', '-U', 'hotel', '-d', 'hotel', '-tAc', 'select 1'];
    expect((await inPod('database', 'postgres-2', asAnybody)).code).not.toBe(0);
    const { body: credentials } = await cluster.get('/api/v1/namespaces/database/secrets/postgres-app');
    expect(Buffer.from(credentials.data.username, 'base64').toString()).toBe('hotel');
    const { body: redisPods } = await cluster.get('/api/v1/namespaces/cache/pods');
    expect((await inPod('cache', redisPods.items[0].metadata.name, ['redis-cli', 'ping'])).stdout.trim()).toBe('PONG');
    const { body: grafana } = await cluster.get('/api/v1/namespaces/observability/secrets/prometheus-grafana');
    expect(Object.keys(grafana.data).sort()).toEqual(['admin-password', 'admin-user']);
    expect(Buffer.from(grafana.data['admin-password'], 'base64').toString()).not.toMatch(/^admin/);
    const prometheus =
      '/api/v1/namespaces/observability/services/prometheus-prometheus:9090/proxy/api/v1/query?query=up';
    expect((await cluster.get(prometheus)).body.warnings[0]).toMatch(/^a stand-in/);
    const policy = '/apis/security.istio.io/v1/namespaces/istio-system/peerauthentications/default';
    expect((await cluster.get(policy)).body.spec).toEqual({ mtls: { mode: 'STRICT' } });
    const deployments = (await cluster.get('/apis/apps/v1/namespaces/istio-system/deployments')).body.items;
    for (const { metadata } of deployments) {
      expect(metadata.labels['tars-console/stand-in']).toBe('helm');
      expect(metadata.labels['app.kubernetes.io/version']).toBe('1.30.4');
    }

    const full = await clusterContents(connection);
    const second = await run({ database: 'hotel', owner: 'hotel', instances: '2' });
    expect(contentsDifference(full, await clusterContents(connection))).toEqual({ gone: [], come: [], changed: [] });
    const ends = endsOf(second.records);
    expect([ends['install/istio/istiod'], ends['install/redis/redis'], ends['install/kafka/redpanda']]).toEqual([
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(observed(second, 'It is looked at whether it is there')).toMatch(/left alone$/);

    await run({ action: 'uninstall', deleteData: 'true' });
    expect(contentsDifference(empty, await clusterContents(connection))).toEqual({ gone: [], come: [], changed: [] });
  }, 900_000);
});
