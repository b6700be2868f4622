import { expect, it } from 'vitest';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';
import { part } from '../../support/tars-parts.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const backend = `/apis/apps/v1/namespaces/${namespace}/deployments/tars-backend`;
const secret = `/api/v1/namespaces/${namespace}/secrets/tars-secrets`;
const password = 'p4ssw0rd-that-nobody-sees';
const textOf = async (key: string) => {
  const { body } = await cluster.get(secret);
  return Buffer.from(body.data[key] ?? '', 'base64').toString();
};
const restartsNow = async () => {
  const { body } = await cluster.get(backend);
  return body.spec.template.metadata.annotations?.['kubectl.kubernetes.io/restartedAt'];
};

async function admin(inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, 'tars/admin-access', inputs);
  const plan = await playbook.plan();
  const { status, records } = await playbook.run(plan);
  const told = JSON.stringify([plan, records]);
  expect(told).not.toContain(password);
  expect(told).not.toContain(Buffer.from(password).toString('base64'));
  return { plan, status, ends: endsOf(records), told };
}

it('Admin access: ids are listed, added and removed, the backend restarted, and the rest of the Secret is untouched and unseen', async () => {
  const stringData = { POSTGRES_PASSWORD: password, ADMIN_CLIENT_IDS: 'admin_001, admin_002' };
  const made = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tars-secrets' }, stringData };
  await cluster.post(secret.replace('/tars-secrets', ''), made);
  const env = [
    { name: 'ADMIN_CLIENT_IDS', valueFrom: { secretKeyRef: { name: 'tars-secrets', key: 'ADMIN_CLIENT_IDS' } } },
  ];
  await cluster.post(
    backend.replace('/tars-backend', ''),
    part('tars-backend', { image: 'nginx:1.27', container: { env } }),
  );
  await cluster.until(backend, ({ body }) => body.status?.readyReplicas === 1);

  const listed = await admin({});
  expect(listed).toMatchObject({ status: 'done', ends: { ids: 'done', restart: 'skipped' } });
  expect(listed.told).toContain('ADMIN_CLIENT_IDS: admin_001, admin_002');
  expect(await textOf('ADMIN_CLIENT_IDS')).toBe('admin_001, admin_002');

  const changed = await admin({ add: 'admin_003,admin_001', remove: 'admin_002,admin_009' });
  expect(changed.plan.steps[0]?.preview?.changes[0]?.fields).toEqual([
    { path: 'data.ADMIN_CLIENT_IDS', before: 'admin_001,admin_002', after: 'admin_001,admin_003' },
  ]);
  expect(changed.told).toContain(
    'ADMIN_CLIENT_IDS: admin_001, admin_003; added: admin_003; removed: admin_002; there already: admin_001; not there anyway: admin_009',
  );
  expect(changed).toMatchObject({ status: 'done', ends: { ids: 'done', restart: 'done' } });
  expect(await textOf('ADMIN_CLIENT_IDS')).toBe('admin_001,admin_003');
  expect(await textOf('POSTGRES_PASSWORD')).toBe(password);
  const restarted = await restartsNow();
  expect(restarted).toMatch(/^20\d\d-/);

  const { metadata } = (await cluster.get(secret)).body;
  const again = await admin({ add: 'admin_003', remove: 'admin_002' });
  expect(again.plan.steps.map(({ preview }) => preview?.changes[0]?.action)).toEqual(['unchanged', 'unchanged']);
  expect(again.status).toBe('done');
  expect((await cluster.get(secret)).body.metadata.resourceVersion).toBe(metadata.resourceVersion);
  expect(await restartsNow()).toBe(restarted);
});

it('the last administrator is never removed, and an id of other characters is refused', async () => {
  const { status, told } = await admin({ remove: 'admin_001,admin_003' });
  expect(status).toBe('failed');
  expect(told).toContain('Nothing would be left in ADMIN_CLIENT_IDS');
  expect(await textOf('ADMIN_CLIENT_IDS')).toBe('admin_001,admin_003');
  await expect(openPlaybook(connection, 'tars/admin-access', { add: 'one of us' })).rejects.toMatchObject({
    evidence: [expect.stringContaining('ids are made of letters, digits')],
  });
});
