import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reviewAccess } from '../../src/cluster/access-review.ts';
import { applyObject } from '../../src/cluster/apply.ts';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import {
  createObject,
  deleteObject,
  getObject,
  listObjects,
  mergePatch,
  scaleObject,
} from '../../src/cluster/objects.ts';
import { createPodsFeed } from '../../src/cluster/panes/pods-feed.ts';
import { waitDeleted } from '../../src/cluster/readiness/wait-deleted.ts';
import { findKind } from '../../src/cluster/resources.ts';
import { tableAccept } from '../../src/cluster/table.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { type ApiServer, startApiServer } from '../../src/sandbox/api/server.ts';
import { writeSandboxKubeconfig } from '../support/cluster.ts';
import { until } from './until.ts';

let server: ApiServer;
let connection: Connection;

beforeAll(async () => {
  server = await startApiServer();
  connection = await connect({ kubeconfig: writeSandboxKubeconfig(server, 5), sandbox: true });
  await applyObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tars' } });
});

afterAll(async () => {
  connection.close();
  await server.close();
});

const podNamed = (name: string, app = 'web'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app } },
  spec: { containers: [{ name: 'main', image: 'registry/app:1' }] },
});

const deployment = (replicas: number, image = 'registry/app:1'): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

describe('the embedded API server', () => {
  it('is known as a sandbox, with its speed', () => {
    expect(connection.info).toMatchObject({ sandbox: true, speed: 5, context: 'sandbox' });
  });

  it('takes applies: created, unchanged, updated, refused', async () => {
    expect((await applyObject(connection, deployment(2), { system: 'tars' })).action).toBe('created');
    expect((await applyObject(connection, deployment(2), { system: 'tars' })).action).toBe('unchanged');
    expect((await applyObject(connection, deployment(2, 'registry/app:2'), { system: 'tars' })).action).toBe('updated');
    const rehearsed = await applyObject(connection, deployment(9), { system: 'tars', dryRun: true });
    expect(rehearsed.action).toBe('updated');
    const stored = await getObject(connection, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    expect(stored?.spec).toMatchObject({ replicas: 2 });
    expect(stored?.metadata.labels).toMatchObject({ 'app.kubernetes.io/part-of': 'tars' });
  });

  it('names the owner of a field that somebody else has changed', async () => {
    const path = '/apis/apps/v1/namespaces/tars/deployments/web';
    const body = { spec: { minReadySeconds: 3 } };
    await connection.request({
      method: 'PATCH',
      path,
      query: { fieldManager: 'somebody' },
      contentType: 'application/merge-patch+json',
      body,
    });
    const spec = { ...(deployment(2, 'registry/app:2').spec as object), minReadySeconds: 9 };
    const conflicting = { ...deployment(2), spec };
    await expect(applyObject(connection, conflicting)).rejects.toThrow(
      'Deployment/web: the field .spec.minReadySeconds belongs to somebody',
    );
    expect((await applyObject(connection, conflicting, { force: true })).action).toBe('updated');
  });

  it('leaves replicas to an autoscaler', async () => {
    const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 10 };
    const scaler = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' }, spec };
    await applyObject(connection, scaler);
    await scaleObject(connection, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, 7);
    const { object } = await applyObject(connection, {
      ...deployment(2),
      spec: { ...(deployment(2).spec as object), minReadySeconds: 9 },
    });
    expect(object.spec).toMatchObject({ replicas: 7 });
  });

  it('shows pods live, and a change costs at most 500 bytes', async () => {
    const feed = createPodsFeed(connection, { namespace: 'tars', batchMs: 5, shown: false });
    const sizes: number[] = [];
    const controller = new AbortController();
    try {
      await until(
        () => feed.getSnapshot().state.kind,
        (kind) => kind === 'live',
      );
      await createObject(connection, podNamed('web-1'));
      await until(
        () => feed.getSnapshot().rows,
        (rows) => rows.some(({ name, containers }) => name === 'web-1' && containers === 1),
      );
      const path = '/api/v1/namespaces/tars/pods';
      const { body } = await connection.request<{ metadata: { resourceVersion: string } }>({ path });
      const query = { watch: true, includeObject: 'None', resourceVersion: body.metadata.resourceVersion };
      const watching = (async () => {
        for await (const line of connection.lines({ path, query, accept: tableAccept, signal: controller.signal })) {
          sizes.push(line.length);
          if (sizes.length === 3) return;
        }
      })();
      for (const turn of [1, 2, 3]) {
        const patch = { metadata: { annotations: { turn: String(turn) } } };
        await mergePatch(connection, { apiVersion: 'v1', kind: 'Pod', name: 'web-1' }, patch);
      }
      await watching;
      // Only the first event carries the columns.
      expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(500);
      await deleteObject(connection, { apiVersion: 'v1', kind: 'Pod', name: 'web-1' }, { gracePeriodSeconds: 0 });
      await until(
        () => feed.getSnapshot().rows.length,
        (count) => count === 0,
      );
    } finally {
      controller.abort();
      feed.close();
    }
  });

  it('lists, finds kinds, reviews access and sees objects go', async () => {
    for (const name of ['a', 'b']) await createObject(connection, podNamed(name, 'gone'));
    const found = await listObjects(connection, { apiVersion: 'v1', kind: 'Pod', labelSelector: 'app=gone' });
    expect(found.map(({ metadata }) => metadata.name).sort()).toEqual(['a', 'b']);
    expect((await findKind(connection, 'Ingress'))?.apiVersion).toBe('networking.k8s.io/v1');
    const [answer] = await reviewAccess(connection, [{ verb: 'create', group: 'apps', resource: 'deployments' }]);
    expect(answer).toMatchObject({ allowed: true, namespace: 'tars' });
    const refs = found.map(({ metadata }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      name: metadata.name,
      uid: metadata.uid,
    }));
    const gone = waitDeleted(connection, refs, { timeoutMs: 5000 });
    for (const ref of refs) await deleteObject(connection, ref, { gracePeriodSeconds: 0, uid: ref.uid });
    await gone;
  });
});
