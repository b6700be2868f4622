import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';

// Its operator and kinds belong to a whole cluster, and others are at work on the real one.
const onSandbox = process.env.CLUSTER_UNDER_TEST === 'sandbox';
let cluster: ClusterUnderTest;
let connection: Connection;

beforeAll(async () => {
  if (!onSandbox) return;
  cluster = await openCluster({ speed: 50 });
  const connected = await connectTo(cluster, await cluster.namespace());
  connection = { ...connected, info: { ...connected.info, sandbox: true } };
});
afterAll(async () => {
  connection?.close();
  await cluster?.close();
});

describe.skipIf(!onSandbox)('passwords from a Vault', () => {
  it('Vault and External Secrets: a store and two Secrets that come from it, by external-secrets.io/v1', async () => {
    const { namespace } = connection.info;
    const given = { server: 'https://vault.example.com:8200', role: 'hotel', refresh: '15m' };
    const playbook = await openPlaybook(connection, 'tartware/external-secrets', given, '/', { assumeYes: true });
    const { status, records } = await playbook.run(await playbook.plan());
    expect(status, troubleOf(records)).toBe('done');
    const kinds = `/apis/external-secrets.io/v1/namespaces/${namespace}`;
    const { body: store } = await cluster.get(`${kinds}/secretstores/vault`);
    expect(store.spec.provider.vault).toMatchObject({
      server: 'https://vault.example.com:8200',
      auth: { kubernetes: { role: 'hotel', serviceAccountRef: { name: 'vault-reader' } } },
    });
    for (const [name, keys] of [
      ['database-credentials', ['password', 'username']],
      ['redis-credentials', ['password']],
    ] as const) {
      expect((await cluster.get(`${kinds}/externalsecrets/${name}`)).body.spec.refreshInterval).toBe('15m');
      const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/secrets/${name}`);
      expect(Object.keys(body.data).sort()).toEqual([...keys]);
    }
  }, 120_000);
});
