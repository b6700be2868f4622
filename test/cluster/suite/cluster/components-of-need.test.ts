import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { seal } from '../../../../src/sandbox/workloads/operators/seal.ts';
import { clusterContents, contentsDifference } from '../../../support/cluster-contents.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';
import { part } from '../../support/tars-parts.ts';

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

async function run(playbook: string, inputs: Record<string, string> = {}, only?: string[]) {
  const opened = await openPlaybook(connection, `cluster/${playbook}`, inputs, '/', only ? { only } : {});
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
  }, 600_000);

  test('Right-sizing: what the vertical autoscaler recommends is taken over as requests', async () => {
    const workload = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
    const container = { resources: { requests: { cpu: '500m', memory: '1Gi' } } };
    await made(workload.replace(/\/web$/, ''), part('web', { image: 'nginx:1.27', container }));
    await run('vertical-autoscaler');
    const recommendations = `/apis/autoscaling.k8s.io/v1/namespaces/${namespace}/verticalpodautoscalers`;
    const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    const wanted = object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'web', {
      targetRef,
      updatePolicy: { updateMode: 'Off' },
    });
    await made(recommendations, wanted);
    const advised = ({ body }: { body: { status?: { recommendation?: object } } }) => body.status?.recommendation;
    const { body } = await cluster.until(`${recommendations}/web`, (answer) => advised(answer) !== undefined, {
      withinMs: 50_000,
    });
    const [{ target }] = body.status.recommendation.containerRecommendations;
    await run('vpa-recommendations', { vpa: 'web' });
    expect((await cluster.get(workload)).body.spec.template.spec.containers[0].resources).toEqual(container.resources);
    await run('vpa-recommendations', { vpa: 'web', take: 'patch' }, ['look', 'patch']);
    const [{ resources }] = (await cluster.get(workload)).body.spec.template.spec.containers;
    expect(resources.requests.cpu).toBe(target.cpu);
    expect(resources.requests.cpu).not.toBe('500m');
    await cluster.remove(`${recommendations}/web`);
    await run('vertical-autoscaler', { action: 'uninstall' });
  }, 300_000);

  test('Kafka by Strimzi: one broker keeps one copy, and goes with its volume when that is said', async () => {
    await run('kafka', { engine: 'strimzi', brokers: '1' });
    const messaging = '/apis/kafka.strimzi.io/v1/namespaces/messaging';
    const { body: kafka } = await cluster.get(`${messaging}/kafkas/kafka`);
    expect(kafka.spec.kafka.config).toMatchObject({ 'default.replication.factor': 1, 'min.insync.replicas': 1 });
    expect((await cluster.get(`${messaging}/kafkanodepools/broker`)).body.spec.replicas).toBe(1);
    const metadata = { name: 'data-0-kafka-broker-0', labels: { 'strimzi.io/cluster': 'kafka' } };
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec };
    await made('/api/v1/namespaces/messaging/persistentvolumeclaims', claim);
    await run('kafka', { action: 'uninstall', engine: 'strimzi', deleteData: 'true' });
    await cluster.until('/api/v1/namespaces/messaging', ({ status }) => status === 404);
  }, 300_000);
});

function object(apiVersion: string, kind: string, name: string, spec: object) {
  return { apiVersion, kind, metadata: { name }, spec };
}
