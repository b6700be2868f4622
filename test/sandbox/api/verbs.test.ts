import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';
import { appsInDefault, configMap, deployment, inDefault, pod } from './objects.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

interface ListAnswer {
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: KubernetesObject[];
}

const names = (list: ListAnswer) => list.items.map((item) => item.metadata.name);

describe('create', () => {
  test('gives what a server gives', async () => {
    const made = await api.client.create(`${appsInDefault}/deployments`, deployment('made'));
    expect(made.metadata).toMatchObject({ namespace: 'default', generation: 1, uid: expect.any(String) });
    expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(made.spec).toMatchObject({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: { spec: { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30 } },
    });
  });

  test('a second one of the name is 409 AlreadyExists', async () => {
    await api.client.create(`${inDefault}/configmaps`, configMap('twice'));
    await expect(api.client.create(`${inDefault}/configmaps`, configMap('twice'))).rejects.toMatchObject({
      status: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
    });
  });

  test('into a namespace that is not there is 404', async () => {
    await expect(api.client.create('/api/v1/namespaces/nowhere/configmaps', configMap('a'))).rejects.toMatchObject({
      status: 404,
      message: 'namespaces "nowhere" not found',
    });
  });

  test('generateName cuts the base to 58 characters and adds five', async () => {
    const metadata = { generateName: 'a'.repeat(70) };
    const made = await api.client.create(`${inDefault}/configmaps`, { metadata });
    expect(made.metadata.name).toMatch(/^a{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test('dryRun=All answers as usual and stores nothing', async () => {
    const query = { dryRun: 'All' };
    const made = await api.client.create(`${inDefault}/configmaps`, configMap('dry'), query);
    expect(made.metadata.uid).toBeDefined();
    await expect(api.client.get(`${inDefault}/configmaps/dry`)).rejects.toMatchObject({ status: 404 });
  });

  test.each([
    ['a bad name', 'configmaps', configMap('Bad_Name'), 'metadata.name'],
    ['no name', 'configmaps', { metadata: {} }, 'metadata.name'],
    ['a pod without containers', 'pods', { metadata: { name: 'empty' }, spec: {} }, 'spec.containers'],
    ['a Service without ports', 'services', { metadata: { name: 'none' }, spec: {} }, 'spec.ports'],
  ])('%s is 422 with its field', async (_, plural, object, field) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await api.send('POST', `${inDefault}/${plural}`, { body: JSON.stringify(object), headers });
    expect(answer).toMatchObject({ status: 422, json: { reason: 'Invalid' } });
    expect(answer.json.details.causes.map((cause: { field: string }) => cause.field)).toContain(field);
  });

  test('a selector that does not match its template is 422', async () => {
    const wrong = deployment('wrong');
    wrong.spec.selector.matchLabels.app = 'other';
    await expect(api.client.create(`${appsInDefault}/deployments`, wrong)).rejects.toMatchObject({ status: 422 });
  });

  test('Services have addresses of their own', async () => {
    const service = (name: string) => ({
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ port: 80 }] },
    });
    const one = await api.client.create(`${inDefault}/services`, service('one'));
    const two = await api.client.create(`${inDefault}/services`, service('two'));
    const [first, second] = [one, two].map((made) => (made.spec as { clusterIP: string }).clusterIP);
    expect(first).toMatch(/^10\.96\.\d+\.\d+$/);
    expect(first).not.toBe(second);
    expect(one.spec).toMatchObject({ type: 'ClusterIP', ports: [{ protocol: 'TCP', targetPort: 80 }] });
  });

  test('a Secret’s stringData becomes data', async () => {
    const made = await api.client.create(`${inDefault}/secrets`, {
      metadata: { name: 's' },
      stringData: { a: 'word' },
    });
    expect(made).toMatchObject({ type: 'Opaque', data: { a: Buffer.from('word').toString('base64') } });
    expect(made.stringData).toBeUndefined();
  });
});

describe('update', () => {
  test('an old resource version is a conflict, word for word', async () => {
    const made = await api.client.create(`${inDefault}/configmaps`, configMap('c', { a: '1' }));
    await api.client.replace(`${inDefault}/configmaps/c`, { ...made, data: { a: '2' } });
    await expect(api.client.replace(`${inDefault}/configmaps/c`, { ...made, data: { a: '3' } })).rejects.toMatchObject({
      status: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "c": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  test('what changes nothing leaves the version', async () => {
    const made = await api.client.create(`${inDefault}/configmaps`, configMap('same', { a: '1' }));
    const again = await api.client.replace(`${inDefault}/configmaps/same`, made);
    expect(again.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });

  test('status and spec leave each other alone, and only the spec makes a generation', async () => {
    const path = `${appsInDefault}/deployments/halves`;
    const made = await api.client.create(`${appsInDefault}/deployments`, deployment('halves'));
    const spec = { ...(made.spec as object), replicas: 5 };
    const both = { ...made, spec, status: { replicas: 7 } };
    const { resourceVersion: _, ...metadata } = made.metadata;
    const status = await api.client.replace(`${path}/status`, { ...both, metadata });
    expect(status).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 2 }, status: { replicas: 7 } });
    const main = await api.client.replace(path, { ...both, metadata, status: { replicas: 1 } });
    expect(main).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 5 }, status: { replicas: 7 } });
    const labelled = await api.client.patch(path, { metadata: { labels: { a: 'b' } } }, 'merge');
    expect(labelled.metadata.generation).toBe(2);
  });

  test('the selector of a Deployment cannot change', async () => {
    await api.client.create(`${appsInDefault}/deployments`, deployment('fixed'));
    const labels = { app: 'x' };
    const patch = { spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } } };
    await expect(api.client.patch(`${appsInDefault}/deployments/fixed`, patch, 'merge')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('field is immutable'),
    });
  });

  test('scale sets the replicas and tells the selector', async () => {
    await api.client.create(`${appsInDefault}/deployments`, deployment('scaled'));
    const path = `${appsInDefault}/deployments/scaled`;
    const scale = await api.client.patch(`${path}/scale`, { spec: { replicas: 6 } }, 'merge');
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 6 }, status: { selector: 'app=scaled' } });
    expect(await api.client.get(path)).toMatchObject({ spec: { replicas: 6 }, metadata: { generation: 2 } });
  });
});

describe('list', () => {
  test('selects by labels and fields', async () => {
    await api.client.create(`${inDefault}/pods`, pod('p1', { labels: { tier: 'a' }, nodeName: 'node-1' }));
    await api.client.create(`${inDefault}/pods`, pod('p2', { labels: { tier: 'b' } }));
    const list = (query: Record<string, string>) => api.client.get<ListAnswer>('/api/v1/pods', query).then(names);
    expect(await list({ labelSelector: 'tier in (a)' })).toEqual(['p1']);
    expect(await list({ labelSelector: 'tier,tier!=a' })).toEqual(['p2']);
    expect(await list({ fieldSelector: 'spec.nodeName=node-1' })).toEqual(['p1']);
    expect(await list({ fieldSelector: 'spec.nodeName=' })).toEqual(['p2']);
    expect(await list({ fieldSelector: 'status.phase!=Pending' })).toEqual([]);
    expect(await list({ fieldSelector: 'metadata.name=p2', labelSelector: 'tier=a' })).toEqual([]);
    await expect(list({ fieldSelector: 'spec.containers=x' })).rejects.toMatchObject({ status: 400 });
    await expect(list({ labelSelector: 'a in (' })).rejects.toMatchObject({ status: 400 });
  });

  test('goes page by page with one version', async () => {
    await api.client.create('/api/v1/namespaces', { metadata: { name: 'pages' } });
    for (let at = 0; at < 5; at += 1)
      await api.client.create('/api/v1/namespaces/pages/configmaps', configMap(`m${at}`));
    const path = '/api/v1/namespaces/pages/configmaps';
    const first = await api.client.get<ListAnswer>(path, { limit: 2 });
    expect(first.metadata.remainingItemCount).toBe(3);
    const second = await api.client.get<ListAnswer>(path, { limit: 2, continue: first.metadata.continue });
    const third = await api.client.get<ListAnswer>(path, { limit: 2, continue: second.metadata.continue });
    expect([first, second, third].flatMap(names)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(third.metadata.continue).toBeUndefined();
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    await expect(api.client.get(path, { limit: 2, continue: 'nonsense' })).rejects.toMatchObject({ status: 400 });
  });

  test('one counter over all kinds, deletions too', async () => {
    const version = async () => Number((await api.client.get<ListAnswer>('/api/v1/pods')).metadata.resourceVersion);
    const before = await version();
    const made = await api.client.create(`${inDefault}/configmaps`, configMap('counted'));
    await api.client.remove(`${inDefault}/configmaps/counted`);
    expect(Number(made.metadata.resourceVersion)).toBe(before + 1);
    expect(await version()).toBe(before + 2);
  });
});
