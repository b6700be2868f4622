import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/base/errors.ts';
import { applyObject } from '../../src/cluster/apply.ts';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { deleteObject, getObject, listObjects, scaleObject } from '../../src/cluster/objects.ts';
import { readOnly } from '../../src/cluster/read-only.ts';
import { findResource, pathOf } from '../../src/cluster/resources.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { type FakeCluster, type FakeHandler, json, refuse, startFakeCluster } from '../support/cluster.ts';
import { createFakeObjects } from './fake-objects.ts';
import { autoscaler, deployment } from './workload-objects.ts';

let cluster: FakeCluster;
let connection: Connection;

afterEach(async () => {
  connection.close();
  await cluster.close();
});

async function open(handler: FakeHandler): Promise<Connection> {
  cluster = await startFakeCluster(handler);
  connection = await connect({ kubeconfig: cluster.kubeconfig, sandbox: false });
  return connection;
}

/** Answers patches with what was sent upon what was there, as an apply of new fields does. */
function withPatches(objects: ReturnType<typeof createFakeObjects>, answer?: FakeHandler): FakeHandler {
  return (request, response) => {
    if (request.method !== 'PATCH') return objects.handler(request, response);
    const answered = answer?.(request, response);
    return answered ?? json(response, request.body);
  };
}

const patches = () => cluster.requests.filter(({ method }) => method === 'PATCH');
const configMap = (value: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { externalName: value },
});

describe('an apply', () => {
  it('sends the whole object with field manager, namespace and ownership labels', async () => {
    const objects = createFakeObjects();
    const opened = await open(withPatches(objects));
    const unknown = { ...configMap('a'), futureField: { kept: true } };
    expect(await applyObject(opened, unknown, { system: 'tars' })).toMatchObject({ action: 'created' });
    const [sent] = patches();
    expect(sent?.path).toBe('/api/v1/namespaces/tars/services/web');
    expect(Object.fromEntries(sent?.query ?? [])).toEqual({ fieldManager: 'tars-console', fieldValidation: 'Strict' });
    expect(sent?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(sent?.body).toEqual({
      ...unknown,
      metadata: {
        name: 'web',
        namespace: 'tars',
        labels: { app: 'web', 'app.kubernetes.io/managed-by': 'tars-console', 'app.kubernetes.io/part-of': 'tars' },
      },
    });
  });

  it('knows whether anything changed', async () => {
    const objects = createFakeObjects();
    const opened = await open(
      withPatches(objects, (request) => {
        objects.set(request.body as KubernetesObject);
        return undefined;
      }),
    );
    expect((await applyObject(opened, configMap('a'))).action).toBe('created');
    expect((await applyObject(opened, configMap('a'))).action).toBe('unchanged');
    expect((await applyObject(opened, configMap('b'))).action).toBe('updated');
    expect((await applyObject(opened, configMap('b'), { dryRun: true, force: true })).action).toBe('unchanged');
    expect(Object.fromEntries(patches().at(-1)?.query ?? [])).toMatchObject({ dryRun: 'All', force: 'true' });
  });

  it('names field and owner of a conflict, and what can be done', async () => {
    const causes = [
      { reason: 'FieldManagerConflict', message: 'conflict with "helm" using v1', field: '.spec.externalName' },
    ];
    const opened = await open(
      withPatches(createFakeObjects(), (_, response) =>
        refuse(response, 409, 'Conflict', 'Apply failed with 1 conflict', { details: { causes } }),
      ),
    );
    const error = await applyObject(opened, configMap('a')).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect(error.message).toBe('Service/web: the field .spec.externalName belongs to helm');
    expect(error.next.join()).toContain('force');
  });

  it('forces what we have set ourselves only upon the object that was looked at', async () => {
    const conflict = (owner: string) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${owner}" with subresource "scale" using v1`,
      field: '.spec.externalName',
    });
    const objects = createFakeObjects();
    objects.set(configMap('b'));
    const owners = ['tars-console'];
    const opened = await open(
      withPatches(objects, (request, response) => {
        if (request.query.get('force') !== 'true')
          return refuse(response, 409, 'Conflict', 'Apply failed', { details: { causes: owners.map(conflict) } });
        // Somebody else writes just then, and owns the field from then on.
        owners.push('somebody');
        return refuse(response, 409, 'Conflict', 'the object has been modified', {});
      }),
    );
    await expect(applyObject(opened, configMap('a'))).rejects.toThrow('belongs to somebody');
    const forced = patches().filter(({ query }) => query.get('force') === 'true');
    expect(forced.map(({ body }) => (body as KubernetesObject).metadata.resourceVersion)).toEqual(['101']);
  });

  const sentReplicas = () => (patches().at(-1)?.body as { spec?: { replicas?: number } } | undefined)?.spec?.replicas;
  const wanted = deployment('web', 3, 0);

  it('sends replicas where no autoscaler owns them, and on creation', async () => {
    const objects = createFakeObjects();
    const opened = await open(withPatches(objects));
    objects.set(autoscaler('web', 3, 3, 50));
    await applyObject(opened, wanted);
    expect(sentReplicas()).toBe(3);
    objects.remove({ ...autoscaler('web', 3, 3, 50) });
    objects.set(deployment('web', 7, 7));
    await applyObject(opened, wanted);
    expect(sentReplicas()).toBe(3);
  });

  it('leaves replicas to an autoscaler: the live value while only we own the field, then nothing', async () => {
    const objects = createFakeObjects();
    const opened = await open(withPatches(objects));
    objects.set(autoscaler('web', 7, 7, 50));
    const live = deployment('web', 7, 7);
    const owned = (manager: string) => [{ manager, fieldsV1: { 'f:spec': { 'f:replicas': {} } } }];
    objects.set({ ...live, metadata: { ...live.metadata, managedFields: owned('tars-console') } });
    await applyObject(opened, wanted);
    expect(sentReplicas()).toBe(7);
    objects.set({ ...live, metadata: { ...live.metadata, managedFields: owned('kube-controller-manager') } });
    await applyObject(opened, wanted);
    expect(sentReplicas()).toBeUndefined();
  });
});

describe('objects', () => {
  it('that do not exist are undefined, and their deletion is no fault', async () => {
    const opened = await open(createFakeObjects().handler);
    const ref = { apiVersion: 'v1', kind: 'Pod', name: 'nobody' };
    expect(await getObject(opened, ref)).toBeUndefined();
    expect(await deleteObject(opened, ref)).toBe('absent');
  });

  it('are listed page by page, with the kind that lists leave out', async () => {
    const objects = createFakeObjects();
    const opened = await open((request, response) => {
      if (!request.path.endsWith('/pods')) return objects.handler(request, response);
      const next = request.query.get('continue');
      expect(request.query.get('limit')).toBe('500');
      const items = [{ metadata: { name: next ? 'b' : 'a' } }];
      return json(response, { items, metadata: next ? {} : { continue: 'more' } });
    });
    const pods = await listObjects(opened, { apiVersion: 'v1', kind: 'Pod' });
    expect(pods).toEqual([
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'b' } },
    ]);
  });

  it('are scaled through their own subresource', async () => {
    const opened = await open(withPatches(createFakeObjects()));
    await scaleObject(opened, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, 5);
    expect(patches()[0]).toMatchObject({
      path: '/apis/apps/v1/namespaces/tars/deployments/web/scale',
      body: { spec: { replicas: 5 } },
    });
  });

  it('cannot be changed through a connection that only reads', async () => {
    const opened = readOnly(await open(withPatches(createFakeObjects())));
    await expect(applyObject(opened, configMap('a'))).rejects.toThrow('--read-only');
    await expect(deleteObject(opened, { apiVersion: 'v1', kind: 'Pod', name: 'a' })).rejects.toThrow('--read-only');
    await applyObject(opened, configMap('a'), { dryRun: true });
    expect(patches()).toHaveLength(1);
  });
});

describe('the kinds that a cluster has', () => {
  it('are asked for once, and anew for an unknown one', async () => {
    const objects = createFakeObjects();
    const opened = await open(objects.handler);
    await Promise.all([1, 2, 3].map(() => pathOf(opened, { apiVersion: 'apps/v1', kind: 'Deployment' })));
    expect(cluster.requests.filter(({ path }) => path === '/apis')).toHaveLength(1);
    const error = await findResource(opened, 'apps/v1', 'Deploymnt').catch((thrown) => thrown);
    expect(error.message).toBe('The cluster has no Deploymnt in apps/v1');
    expect(error.next[0]).toBe('Did you mean Deployment?');
    const elsewhere = await findResource(opened, 'extensions/v1beta1', 'Deployment').catch((thrown) => thrown);
    expect(elsewhere.next[0]).toBe('It has Deployment in apps/v1');
  });

  it('are read from a server without aggregated discovery, whose dead API hides nothing', async () => {
    const opened = await open((request, response) => {
      const groups = ['apps/v1', 'metrics.k8s.io/v1beta1'].map((groupVersion) => ({ versions: [{ groupVersion }] }));
      const pods = { name: 'pods', kind: 'Pod', namespaced: true };
      const answers: Record<string, unknown> = {
        '/api': { kind: 'APIVersions', versions: ['v1'] },
        '/apis': { kind: 'APIGroupList', groups },
        '/api/v1': { resources: [pods, { name: 'pods/log', kind: 'Pod', namespaced: true }] },
        '/apis/apps/v1': { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }] },
      };
      const answer = answers[request.path];
      return answer ? json(response, answer) : refuse(response, 503, 'ServiceUnavailable', 'no endpoints');
    });
    expect(await pathOf(opened, { apiVersion: 'v1', kind: 'Pod', name: 'a' })).toBe('/api/v1/namespaces/tars/pods/a');
    expect(await pathOf(opened, { apiVersion: 'apps/v1', kind: 'Deployment', allNamespaces: true })).toBe(
      '/apis/apps/v1/deployments',
    );
  });
});
