import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { seal } from '../../../../src/sandbox/workloads/operators/seal.ts';
import { clusterContents, contentsDifference } from '../../../support/cluster-contents.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';

// Their kinds belong to a whole cluster, and others are at work on the real one.
const onSandbox = process.env.CLUSTER_UNDER_TEST === 'sandbox';
let cluster: ClusterUnderTest;
let connection: Connection;
let namespace: string;

beforeAll(async () => {
  if (!onSandbox) return;
  cluster = await openCluster({ speed: 50 });
  namespace = await cluster.namespace();
  const connected = await connectTo(cluster, namespace);
  connection = { ...connected, info: { ...connected.info, sandbox: true } };
});

afterAll(async () => {
  connection?.close();
  await cluster?.close();
});

async function run(playbook: string, inputs: Record<string, string> = {}) {
  const opened = await openPlaybook(connection, `cluster/${playbook}`, inputs);
  const ended = await opened.run(await opened.plan());
  expect(ended.status, `${playbook}: ${troubleOf(ended.records)}`).toBe('done');
}

async function made(path: string, object: object) {
  const { status, text } = await cluster.post(path, object);
  expect(status, text).toBe(201);
}

describe.skipIf(!onSandbox)('components that some need', () => {
  test('five more components are installed by their stand-ins, fulfil what they are for, and go again', async () => {
    const empty = await clusterContents(connection);
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;

    await run('external-secrets');
    const external = `/apis/external-secrets.io/v1/namespaces/${namespace}`;
    const store = { provider: { vault: { server: 'https://vault.example.com', path: 'secret' } } };
    await made(`${external}/secretstores`, object('external-secrets.io/v1', 'SecretStore', 'vault', store));
    const data = [{ secretKey: 'password', remoteRef: { key: 'shop/database', property: 'password' } }];
    const wanted = { secretStoreRef: { name: 'vault' }, target: { name: 'database' }, data };
    await made(`${external}/externalsecrets`, object('external-secrets.io/v1', 'ExternalSecret', 'database', wanted));
    const { body: database } = await cluster.until(`${secrets}/database`, ({ status }) => status === 200);
    expect(Object.keys(database.data)).toEqual(['password']);
    expect(database.metadata.annotations['tars-console/stands-in-for']).toContain('of no Vault');
    await cluster.remove(`${external}/externalsecrets/database`);
    await cluster.until(`${secrets}/database`, ({ status }) => status === 404);
    await cluster.remove(`${external}/secretstores/vault`);
    await run('external-secrets', { action: 'uninstall' });

    await run('sealed-secrets');
    const proxy = '/api/v1/namespaces/kube-system/services/sealed-secrets-controller:8080/proxy/v1/cert.pem';
    const { text: certificate } = await cluster.until(proxy, ({ text }) => text.includes('BEGIN CERTIFICATE'));
    const encryptedData = { token: seal(Buffer.from('from a repository'), certificate, `${namespace}/sealed`) };
    const sealed = `/apis/bitnami.com/v1alpha1/namespaces/${namespace}/sealedsecrets`;
    await made(sealed, object('bitnami.com/v1alpha1', 'SealedSecret', 'sealed', { encryptedData }));
    const { body: opened } = await cluster.until(`${secrets}/sealed`, ({ status }) => status === 200);
    expect(Buffer.from(opened.data.token, 'base64').toString()).toBe('from a repository');
    await cluster.remove(`${sealed}/sealed`);
    await cluster.until(`${secrets}/sealed`, ({ status }) => status === 404);
    await run('sealed-secrets', { action: 'uninstall', deleteKeys: 'true' });

    for (const component of ['flagger', 'prometheus-adapter', 'cluster-autoscaler']) {
      await run(component, component === 'cluster-autoscaler' ? { region: 'eu-west-1', clusterName: 'shop' } : {});
      await run(component, { action: 'uninstall' });
    }
    expect(contentsDifference(empty, await clusterContents(connection))).toEqual({ gone: [], come: [], changed: [] });
  }, 180_000);
});

function object(apiVersion: string, kind: string, name: string, spec: object) {
  return { apiVersion, kind, metadata: { name }, spec };
}
