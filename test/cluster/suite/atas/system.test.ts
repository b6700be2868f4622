import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findLoadedChecklist } from '../../../../src/cli/checklists.ts';
import { makeChecklist } from '../../../../src/playbooks/checklists/make-checklist.ts';
import { createReader } from '../../../../src/playbooks/readings/reader.ts';
import { loadSystem } from '../../../../src/systems/system.ts';
import { untilFirst } from '../../support/diagnose-for.ts';
import { inputsNow } from '../../support/read-inputs.ts';
import { doneNow, runNow } from '../../support/runs-now.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const [core, apps] = [`/api/v1/namespaces/${namespace}`, `/apis/apps/v1/namespaces/${namespace}`];
const config = `${core}/configmaps/atas-config`;
const service = `${apps}/deployments/atas-service`;
const ingress = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/atas-ingress`;
const scaler = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/atas-service-hpa`;
const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
// The API server of a control plane without nodes of its own reaches no pod.
const onSandbox = process.env.CLUSTER_UNDER_TEST === 'sandbox';
const ask = (path: string) => cluster.get(`${core}/services/atas-service:8080/proxy${path}`);

const good = (ref: string, given?: Record<string, string>, only?: readonly string[]) =>
  doneNow(connection, ref, given, only);
/** Two looks at a dashboard, by a port-forward where nothing else leads there. */
const look = (dashboard: string) =>
  good('atas/verify', { dashboardPath: `/api/v1/dashboard/${dashboard}` }, ['first-look', 'cache']);

it('Deploy: database, Redis and three copies come up with the secrets that were made; a second run changes nothing', async () => {
  await good('atas/configure-secrets');
  const { body: secret } = await cluster.get(`${core}/secrets/atas-secrets`);
  expect(Object.keys(secret.data).sort()).toEqual(['DB_PASSWORD', 'JWT_SECRET', 'REDIS_PASSWORD']);
  await good('atas/deploy');
  for (const [name, ready] of Object.entries({ 'atas-db': 1, 'atas-redis': 1, 'atas-service': 3 }))
    expect((await cluster.get(`${apps}/deployments/${name}`)).body.status.readyReplicas, name).toBe(ready);
  expect((await cluster.get(scaler)).body.spec).toMatchObject({ minReplicas: 3, maxReplicas: 10 });
  expect((await cluster.get(ingress)).body.spec).toMatchObject({ ingressClassName: 'nginx' });
  const before = (await cluster.get(service)).body.metadata.generation;
  await good('atas/configure-secrets');
  await good('atas/deploy');
  expect((await cluster.get(service)).body.metadata.generation).toBe(before);
  expect((await cluster.get(`${core}/secrets/atas-secrets`)).body.data).toEqual(secret.data);
}, 120_000);

it('Verify deployment, Ask Redis itself, Ask the database itself, Check prerequisites: what runs is found to work', async () => {
  expect(
    (await good('atas/verify', { throughIngress: 'false' }, ['objects', 'ready', 'first-look', 'cache'])).ends,
  ).toMatchObject({
    cache: 'done',
  });
  const redis = await good('cluster/test-redis');
  expect(redis.findings.find(({ title }) => title === 'It answers through its Service')).toMatchObject({
    observed: 'PONG',
  });
  const database = await good('cluster/test-database');
  expect(database.findings.filter(({ observed }) => observed === '1')).toHaveLength(2);
  const { findings } = await good('atas/prerequisites', {}, ['needs', 'redis-version']);
  expect(findings.find(({ title }) => title === 'The server is 8.4 or newer')).toMatchObject({ observed: '8.4.0' });
}, 60_000);

it('Redis cache: hit ratio, memory, and keys by SCAN with their times to live, of each class', async () => {
  for (const dashboard of ['overview?project=a', 'trends?project=a', 'trends?project=b']) await look(dashboard);
  const { value: system } = loadSystem('playbooks/atas/system.yaml', 'bundled');
  if (!system?.readings) throw new Error('ATAS has readings');
  const { signal } = new AbortController();
  const results = await createReader({ connection, namespace, readings: system.readings, signal })();
  const of = (title: string) => results.find((one) => one.title === title);
  expect(results.map(({ trouble }) => trouble).filter((one) => one !== undefined)).toEqual([]);
  expect(of('Hit ratio')?.value).toBeGreaterThan(0);
  expect(of('Overviews')?.description).toContain('atas:cache:overview:*, kept 60 s');
  expect(of('Trends')).toMatchObject({
    value: 2,
    description: expect.stringMatching(/kept 300 s; \d{3} to \d{3} s left/),
  });
  expect(of('Memory')?.description).toContain('of 256 MB at most, policy allkeys-lru');
});

it('Cache times and Pools and timeouts: with what they are now; the service restarts only for a change', async () => {
  const { values } = await inputsNow(connection, 'atas/cache-times');
  expect(values).toMatchObject({ overview: '60', recent: '30', trends: '300', status: '10' });
  await good('atas/cache-times', { overview: '45' });
  expect((await cluster.get(config)).body.data).toMatchObject({ CACHE_TTL_OVERVIEW: '45', CACHE_TTL_TRENDS: '300' });
  const restarted = (await cluster.get(service)).body.spec.template;
  expect(restarted.metadata.annotations).toHaveProperty(['kubectl.kubernetes.io/restartedAt']);
  await good('atas/cache-times');
  expect((await cluster.get(service)).body.spec.template).toEqual(restarted);
  await good('atas/pools', { redisMaxActive: '16', databaseMaxSize: '8' }, ['look', 'there', 'settings']);
  expect((await cluster.get(config)).body.data).toMatchObject({ REDIS_POOL_MAX_ACTIVE: '16', DB_POOL_MAX_SIZE: '8' });
  const wrong = await runNow(connection, 'atas/pools', { redisMaxActive: '4' }, ['look', 'there', 'settings']);
  expect(wrong.status).toBe('not-met');
  expect((await cluster.get(config)).body.data.REDIS_POOL_MAX_ACTIVE).toBe('16');
}, 60_000);

it('AWS (EKS), Google Cloud (GKE), Azure (AKS): one input changes Ingress, Service, database and Redis', async () => {
  const arn = 'arn:aws:acm:eu-central-1:123456789012:certificate/abc-1';
  await good('atas/deploy', { provider: 'eks', certificateArn: arn }, ['service-name', 'ingress']);
  const eks = (await cluster.get(ingress)).body;
  expect(eks.spec).toMatchObject({ ingressClassName: 'alb' });
  expect(eks.spec).not.toHaveProperty('tls');
  expect(eks.metadata.annotations).toMatchObject({
    'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP": 80}, {"HTTPS": 443}]',
    'alb.ingress.kubernetes.io/certificate-arn': arn,
  });
  await good('atas/deploy', { provider: 'aks' }, ['service-name', 'ingress']);
  const aks = (await cluster.get(ingress)).body;
  expect(aks.spec).toMatchObject({ ingressClassName: 'azure-application-gateway', tls: [{ secretName: 'atas-tls' }] });
  expect(Object.keys(aks.metadata.annotations).filter((name) => name.startsWith('alb.'))).toEqual([]);
  await good('atas/deploy', { provider: 'gke', scheme: 'internal' }, ['service-name', 'no-ingress']);
  const { body: gke } = await cluster.get(`${core}/services/atas-service`);
  expect(gke.spec.type).toBe('LoadBalancer');
  expect(gke.metadata.annotations['networking.gke.io/load-balancer-type']).toBe('Internal');
  expect((await cluster.get(ingress)).status).toBe(404);
  await good('atas/deploy', { provider: 'self-managed' }, ['service-name', 'ingress']);
  expect((await cluster.get(`${core}/services/atas-service`)).body.spec.type).toBe('ClusterIP');
}, 60_000);

it('Choose the database and Choose the Redis: managed ones and Sentinel stand in the configuration, and back', async () => {
  const url = 'jdbc:postgresql://db.example.com:5432/atasdb';
  await good('atas/database', { database: 'managed', databaseUrl: url, databaseUser: 'app' }, ['settings']);
  expect((await cluster.get(config)).body.data).toMatchObject({ DB_URL: url, DB_USERNAME: 'app' });
  expect((await inputsNow(connection, 'atas/deploy')).values).toMatchObject({ database: 'managed', databaseUrl: url });
  await good('atas/database', { database: 'in-cluster' }, ['settings']);
  const sentinels = {
    redis: 'sentinel',
    redisTls: 'true',
    sentinelMaster: 'main',
    sentinelNodes: 'a:26379,b:26379,c:26379',
  };
  await good('atas/redis', sentinels, ['settings']);
  expect((await cluster.get(config)).body.data).toMatchObject({ REDIS_SENTINEL_MASTER: 'main', REDIS_TLS: 'true' });
  await good('atas/redis', { redis: 'managed', redisHost: 'cache.example.com' }, ['settings', 'client']);
  expect((await cluster.get(config)).body.data).toMatchObject({
    REDIS_HOST: 'cache.example.com',
    REDIS_SENTINEL_MASTER: '',
  });
  expect((await cluster.get(`${apps}/deployments/atas-redis-client`)).body.status.readyReplicas).toBe(1);
  await good('atas/redis', { redis: 'in-cluster' }, ['settings']);
  expect((await cluster.get(config)).body.data).toMatchObject({
    REDIS_HOST: 'atas-redis',
    DB_USERNAME: 'atas',
    REDIS_TLS: 'false',
  });
}, 60_000);

it('By the queue of tests, Autoscaler: the autoscaler also goes by the metric, keeps its aim, and forgets the metric again', async () => {
  await good('cluster/autoscaler', { workload: 'atas-service', minimum: '3', maximum: '10', cpu: '60' });
  await good('atas/queue-metric', { perPod: '5' });
  const metrics = async () => (await cluster.get(scaler)).body.spec.metrics as { type: string }[];
  expect(await metrics()).toContainEqual({
    type: 'Pods',
    pods: { metric: { name: 'atas_execution_queue' }, target: { type: 'AverageValue', averageValue: '5' } },
  });
  const [cpu] = await metrics();
  expect(cpu).toMatchObject({ resource: { name: 'cpu', target: { averageUtilization: 60 } } });
  const { ends } = await good('atas/queue-metric', { perPod: '5' });
  expect(ends).toMatchObject({ set: 'done' });
  await good('atas/queue-metric', { action: 'remove' });
  expect((await metrics()).map(({ type }) => type)).toEqual(['Resource', 'Resource']);
});

it('Network policy: what is said is open, nothing allows everything, and managed ranges are let through', async () => {
  await good('atas/network-policy', { redisCidr: '10.0.30.0/24', redisPort: '6380' });
  const { spec } = (await cluster.get(`${policies}/atas-network-policy`)).body;
  expect(spec.egress.every((rule: { to?: unknown[]; ports?: unknown[] }) => rule.to && rule.ports)).toBe(true);
  expect(spec.egress[2]).toEqual({
    to: [{ podSelector: { matchLabels: { app: 'atas-redis' } } }, { ipBlock: { cidr: '10.0.30.0/24' } }],
    ports: [{ protocol: 'TCP', port: 6380 }],
  });
  await good('atas/network-policy', { redisPort: '6379' });
});

it('Pods, endpoints and usage, Logs that hold a word: what runs, what it uses, what it says', async () => {
  const { findings } = await good('atas/usage', {}, ['pods']);
  expect(findings.find(({ title }) => title === 'Every Service has endpoints')?.observed).toContain('atas-service: ');
  const logs = await good('atas/logs', { contains: 'listens' });
  expect(logs.findings[0]?.observed).toMatch(/^\d+ lines:[\s\S]*atas-service listens/);
});

it('Production checklist: nine points are judged on what runs, six are for a person, and the cache by its load', async () => {
  const { items } = await makeChecklist(findLoadedChecklist('atas/production', '/'), connection);
  expect(items).toHaveLength(16);
  const marked = (mark: string) => items.filter((one) => one.mark === mark).map(({ id }) => id);
  expect(marked('open')).toEqual(['monitoring', 'log-aggregation', 'backups', 'alerting', 'live-updates', 'pipeline']);
  expect(marked('ok')).toEqual(
    expect.arrayContaining(['image-registry', 'secrets', 'redis-connectivity', 'resource-limits', 'network-policies']),
  );
  expect(marked('not-ok')).toEqual(expect.arrayContaining(['managed-database', 'managed-redis', 'ingress-tls']));
  const [database] = items.filter(({ id }) => id === 'managed-database');
  expect(JSON.stringify(database)).toContain('jdbc:postgresql://atas-db:5432/atasdb');
}, 60_000);

it('Back up PostgreSQL: the tables of ATAS come into one file that only its owner may read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-atas-'));
  const inputs = { server: 'Deployment/atas-db', database: 'atasdb', user: 'atas', folder };
  const { findings } = await good('cluster/backup-postgresql', inputs);
  expect(findings.find(({ title }) => title === 'There are tables in it')?.observed).toMatch(/^\d+ tables/);
  const [file = ''] = readdirSync(folder);
  expect(readFileSync(join(folder, file), 'utf8')).toContain('CREATE TABLE');
}, 60_000);

// Its kinds belong to a whole cluster, and others are at work on the real one.
it.skipIf(!onSandbox)(
  'External secrets: a store and three keys of it, and the Secret that runs keeps its values meanwhile',
  async () => {
    const rehearsal = { ...connection, info: { ...connection.info, sandbox: true } };
    const { body: before } = await cluster.get(`${core}/secrets/atas-secrets`);
    await doneNow(rehearsal, 'cluster/external-secrets');
    await doneNow(rehearsal, 'atas/external-secrets', { cloud: 'gcp', project: 'shop', secretName: 'atas' });
    const external = `/apis/external-secrets.io/v1/namespaces/${namespace}`;
    const { spec } = (await cluster.get(`${external}/secretstores/atas-store`)).body;
    expect(spec.provider).toEqual({ gcpsm: { projectID: 'shop' } });
    const { body } = await cluster.get(`${external}/externalsecrets/atas-secrets`);
    expect(body.spec.data).toContainEqual({
      secretKey: 'JWT_SECRET',
      remoteRef: { key: 'atas', property: 'JWT_SECRET' },
    });
    expect(body.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    expect((await cluster.get(`${core}/secrets/atas-secrets`)).body.data).toEqual(before.data);
  },
  90_000,
);

it('Redis connection: closed by a policy, another password, and not running are each the first cause; few hits are one as well', async () => {
  const redis = 'cluster/diagnose-redis';
  const first = async (id: string) => (await untilFirst(connection, { system: 'atas', playbook: redis, id }))[0];
  const rule = { from: [{ podSelector: { matchLabels: { app: 'somebody-else' } } }] };
  await cluster.patch(`${policies}/atas-redis`, { spec: { ingress: [rule] } }, 'merge-patch+json');
  expect(await first('redis-closed-by-policy')).toMatchObject({ id: 'redis-closed-by-policy' });
  await cluster.remove(`${policies}/atas-redis`);
  const change = (path: string, patch: object) => cluster.patch(path, patch, 'merge-patch+json');
  await change(`${core}/secrets/atas-secrets`, { stringData: { REDIS_PASSWORD: 'another-password' } });
  const server = `${apps}/deployments/atas-redis`;
  await change(server, { spec: { template: { metadata: { annotations: { restarted: 'now' } } } } });
  await cluster.until(
    server,
    ({ body: { metadata, status } }) =>
      status?.observedGeneration === metadata.generation && status.updatedReplicas === 1 && status.readyReplicas === 1,
  );
  const many = Array.from(
    { length: onSandbox ? 100 : 0 },
    (_, project) => `/api/v1/dashboard/overview?project=${project}`,
  );
  await Promise.all(many.map(ask));
  const place = { system: 'atas', playbook: redis, id: 'redis-authentication' };
  const [authentication, ...others] = await untilFirst(connection, place, () => look('overview?project=x'));
  expect(authentication).toMatchObject({ id: 'redis-authentication', certainty: 95 });
  expect(others.some(({ id }) => id === 'redis-cache-not-hit')).toBe(onSandbox);
  await change(server, { spec: { replicas: 0 } });
  await cluster.until(server, ({ body }) => !body.status?.readyReplicas);
  expect(await first('redis-stopped')).toMatchObject({ id: 'redis-stopped', certainty: 97 });
}, 150_000);

it('Database connection: a database that is scaled to zero is the first cause', async () => {
  await cluster.patch(`${apps}/deployments/atas-db`, { spec: { replicas: 0 } }, 'merge-patch+json');
  const place = { system: 'atas', playbook: 'cluster/diagnose-database', id: 'database-stopped' };
  expect((await untilFirst(connection, place))[0]).toMatchObject({ id: 'database-stopped' });
}, 90_000);

it('Clean up: nothing but the volumes and the Secret is left, and these too when it is asked for', async () => {
  await good('atas/clean-up', { confirmName: namespace });
  const names = async (path: string) =>
    ((await cluster.get(path)).body.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
  expect(await names(`${apps}/deployments`)).toEqual([]);
  expect(await names(policies)).toEqual([]);
  expect((await names(`${core}/persistentvolumeclaims`)).sort()).toEqual(['atas-db-data', 'atas-redis-data']);
  await good('atas/clean-up', { confirmName: namespace, deleteVolumes: 'true' }, ['confirm', 'volumes']);
  expect((await cluster.get(`${core}/secrets/atas-secrets`)).status).toBe(404);
}, 120_000);
