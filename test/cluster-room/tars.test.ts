import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyObject } from '../../src/cluster/apply.ts';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { listEvents } from '../../src/cluster/events.ts';
import { deleteObject, getObject, listObjects } from '../../src/cluster/objects.ts';
import { createAutoscalersFeed } from '../../src/cluster/panes/autoscalers-feed.ts';
import { createPodDetailsFeed } from '../../src/cluster/panes/pod-details.ts';
import { createPodsFeed } from '../../src/cluster/panes/pods-feed.ts';
import { publishedAddress, serviceProxyPath } from '../../src/cluster/published.ts';
import { waitDeleted } from '../../src/cluster/readiness/wait-deleted.ts';
import { waitReady } from '../../src/cluster/readiness/wait-ready.ts';
import { tailLog } from '../../src/cluster/streams/logs.ts';
import { collectSystemStatus } from '../../src/cluster/system-status.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { inApplyOrder } from '../../src/kubernetes/order.ts';
import { tarsManifests } from '../support/tars-manifests.ts';
import { startWholeSandbox } from '../support/whole-sandbox.ts';
import { failure } from './failure.ts';
import { until } from './until.ts';

let sandbox: Awaited<ReturnType<typeof startWholeSandbox>>;
let connection: Connection;

const secret: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'tars-secrets', namespace: 'tars' },
  stringData: { JWT_SECRET: 'j'.repeat(44), POSTGRES_PASSWORD: 'long enough', ADMIN_CLIENT_IDS: 'admin_001' },
};

beforeAll(async () => {
  sandbox = await startWholeSandbox(50);
  connection = await connect({ kubeconfig: sandbox.kubeconfig, sandbox: true, namespace: 'tars' });
});

afterAll(async () => {
  connection.close();
  await sandbox.close();
});

describe('T.A.R.S. on the embedded cluster', () => {
  it('is applied, becomes ready, and its status says so', async () => {
    const applied: KubernetesObject[] = [];
    for (const object of inApplyOrder([...tarsManifests(), secret]))
      applied.push((await applyObject(connection, object, { system: 'tars' })).object);
    const said: string[] = [];
    await waitReady(connection, applied, { timeoutMs: 30_000, onProgress: (text) => said.push(text) });
    expect(said.at(-1)).toBe('ready');
    const status = await collectSystemStatus(connection, {
      name: 'tars',
      namespace: 'tars',
      workloads: ['tars-backend', 'postgres', 'redis', 'chromadb', 'ollama'].map((name) => `Deployment/${name}`),
      autoscalers: ['tars-backend'],
      services: ['backend-service:8000', 'postgres-service:5432'],
      access: [{ title: 'API', path: '/health', host: 'tars.local', ingress: 'tars-ingress' }],
    });
    expect(status).toMatchObject({ healthy: true });
    expect(status.pods).toHaveLength(7);
    expect(status.ingresses[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+/);
  });

  it('shows seven pods with what they use, and its autoscaler with a reason', async () => {
    const pods = createPodsFeed(connection, { namespace: 'tars', batchMs: 20, metricsEveryMs: 200 });
    const scalers = createAutoscalersFeed(connection, { namespace: 'tars', batchMs: 20 });
    try {
      const used = await until(
        () => pods.getSnapshot().rows,
        (rows) => rows.length === 7 && rows.every(({ cpu, memory }) => cpu !== undefined && memory !== undefined),
        15_000,
      );
      expect(used.every(({ severity, node, ready }) => severity === 'ok' && node !== '' && ready === 1)).toBe(true);
      const [row] = await until(
        () => scalers.getSnapshot().rows,
        (rows) => rows.some(({ ratio }) => ratio !== undefined),
        15_000,
      );
      expect(row).toMatchObject({ name: 'tars-backend', max: 10, min: 3, target: 'Deployment/tars-backend' });
      expect(row?.sentence).not.toBe('');
    } finally {
      pods.close();
      scalers.close();
    }
  });

  it('is reached through the published address and through the API server', async () => {
    const service = await getObject(connection, { apiVersion: 'v1', kind: 'Service', name: 'backend-service' });
    expect(service && publishedAddress(service, 8000)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const path = serviceProxyPath('tars', 'backend-service', 8000, '/health');
    expect((await connection.request({ path })).body).toMatchObject({ status: 'healthy' });
  });

  it('tells of one pod: object, events and log', async () => {
    const [pod] = await listObjects(connection, { apiVersion: 'v1', kind: 'Pod', labelSelector: 'app=tars-backend' });
    const name = pod?.metadata.name ?? '';
    expect((await tailLog(connection, { namespace: 'tars', pod: name, tailLines: 50 })).length).toBeGreaterThan(0);
    expect(
      (await listEvents(connection, { namespace: 'tars', object: { kind: 'Pod', name } })).map(({ reason }) => reason),
    ).toContain('Started');
    const details = createPodDetailsFeed(connection, { namespace: 'tars', name, batchMs: 20 });
    try {
      const snapshot = await until(
        () => details.getSnapshot(),
        ({ log, events, pod: seen }) => seen !== undefined && log.length > 0 && events.length > 0,
      );
      expect(snapshot.container).toBe('backend');
    } finally {
      details.close();
    }
  });

  it('fails fast, with evidence, for an image that nobody has', async () => {
    const labels = { app: 'broken' };
    const broken: KubernetesObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'broken', namespace: 'tars' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'main', image: 'example.com/does-not-exist:1' }] },
        },
      },
    };
    const { object } = await applyObject(connection, broken);
    const error = await failure(waitReady(connection, [object], { timeoutMs: 30_000, graceMs: 200 }));
    expect(error.message).toMatch(/^Deployment\/broken fails: (ErrImagePull|ImagePullBackOff)/);
    expect(error.evidence.join('\n')).toMatch(/Pod\/broken-\S+ +0\/1 +(ErrImagePull|ImagePullBackOff)/);
    expect(error.evidence.join('\n')).toMatch(/event Failed Pod\/broken/);
  });

  it('goes away with its namespace', async () => {
    const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'tars' };
    expect(await deleteObject(connection, ref)).toBe('deleted');
    await waitDeleted(connection, [ref], { timeoutMs: 20_000 });
    expect(await getObject(connection, ref)).toBeUndefined();
  });
}, 60_000);
