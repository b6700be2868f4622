import { expect, it } from 'vitest';
import { endsOf, openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const core = `/api/v1/namespaces/${namespace}`;
const none = { databaseHost: '', redisHost: '', brokers: '' };

async function run(ref: string, inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, ref, inputs);
  const { status, records } = await playbook.run(await playbook.plan());
  expect(status, troubleOf(records)).toBe('done');
  return { ends: endsOf(records), records };
}

const summaries = (records: Awaited<ReturnType<typeof run>>['records']) =>
  Object.fromEntries(
    records.flatMap((record) => (record.type === 'step-result' ? [[record.step, record.summary ?? '']] : [])),
  );
const items = async (path: string) => (await cluster.get(path)).body.items;

it('Base configuration: priorities, quota, limits, settings and network policies, and nothing is changed a second time', async () => {
  await run('tartware/base-configuration', { ...none, poolSize: '7' });
  const classes = await Promise.all(
    ['critical', 'high', 'standard'].map((name) =>
      cluster.get(`/apis/scheduling.k8s.io/v1/priorityclasses/tartware-${name}`),
    ),
  );
  expect(classes.map(({ body }) => body.value)).toEqual([100_000, 10_000, 1000]);
  const { body: quota } = await cluster.get(`${core}/resourcequotas/tartware-quota`);
  expect(quota.spec.hard).toMatchObject({ pods: '530', 'requests.cpu': '220' });
  const { body: limits } = await cluster.get(`${core}/limitranges/tartware-limits`);
  expect(limits.spec.limits[0].defaultRequest).toEqual({ cpu: '100m', memory: '128Mi' });
  const { body: database } = await cluster.get(`${core}/configmaps/database-config`);
  expect(database.data).toMatchObject({ DATABASE_HOST: '', DATABASE_NAME: 'tartware', DATABASE_POOL_MAX: '7' });
  const policies = await items(`/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`);
  const ofAll = policies.find((one: { metadata: { name: string } }) => one.metadata.name === 'default-deny');
  expect(ofAll.spec).toMatchObject({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  // No policy of ours lets everything in again.
  const open = policies.filter((one: { spec: { ingress?: { from?: unknown }[] } }) =>
    one.spec.ingress?.some(({ from }) => from === undefined),
  );
  expect(open).toEqual([]);
  const { body: space } = await cluster.get(core);
  expect(space.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('baseline');
  // What somebody sets since stays, and there is nothing else to do.
  const changed = { data: { DATABASE_STATEMENT_TIMEOUT_MS: '5000' } };
  await cluster.patch(`${core}/configmaps/database-config`, changed, 'merge-patch+json');
  const { records } = await run('tartware/base-configuration', { ...none, poolSize: '7' });
  const { body: after } = await cluster.get(`${core}/configmaps/database-config`);
  expect(after.data).toMatchObject({ DATABASE_STATEMENT_TIMEOUT_MS: '5000', DATABASE_POOL_MAX: '7' });
  const told = summaries(records);
  for (const step of ['priorities', 'limits', 'network']) expect(told[step]).toMatch(/unchanged/);
});

it('Base configuration: pods that want more than a service needs are refused, and what names no resources gets the usual ones', async () => {
  const pod = (name: string, more: object) => ({
    metadata: { name },
    spec: { containers: [{ name: 'one', image: 'busybox', command: ['sleep', '60'], ...more }] },
  });
  const refused = await cluster.post(`${core}/pods`, pod('too-much', { securityContext: { privileged: true } }));
  expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('violates PodSecurity')]);
  const { body: plain } = await cluster.post(`${core}/pods`, pod('plain', {}));
  expect(plain.spec.containers[0].resources.limits).toEqual({ cpu: '500m', memory: '512Mi' });
});

it('Configure secrets: three Secrets, kept a second time, and no password is written down', async () => {
  const registryPassword = 'hunter2-of-the-registry';
  const registry = { registryServer: 'registry.example.com', registryUsername: 'robot', registryPassword };
  const { records } = await run('tartware/configure-secrets', registry);
  const read = async (name: string) => (await cluster.get(`${core}/secrets/${name}`)).body;
  const text = (value: string) => Buffer.from(value, 'base64').toString('utf8');
  const [database, redis, pull] = [
    await read('database-credentials'),
    await read('redis-credentials'),
    await read('regcred'),
  ];
  expect(text(database.data.username)).toBe('tartware');
  expect(text(database.data.password)).toMatch(/^[\w-]{32}$/);
  expect(text(redis.data.password)).toMatch(/^[\w-]{32}$/);
  expect(pull.type).toBe('kubernetes.io/dockerconfigjson');
  expect(JSON.parse(text(pull.data['.dockerconfigjson'])).auths['registry.example.com']).toMatchObject({
    username: 'robot',
    password: registryPassword,
  });
  const written = JSON.stringify(records);
  for (const secret of [registryPassword, text(database.data.password), text(redis.data.password)])
    expect(written).not.toContain(secret);
  const again = await run('tartware/configure-secrets', {});
  expect(summaries(again.records).database).toContain('kept');
  expect((await read('database-credentials')).data).toEqual(database.data);
  // Only when it is asked for, and then with what is given.
  await run('tartware/configure-secrets', { databasePassword: 'another-one-of-mine', replace: 'true' });
  expect(text((await read('database-credentials')).data.password)).toBe('another-one-of-mine');
});
