import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';
import { configMap, inDefault, pod } from './objects.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

const podPath = (name: string) => `${inDefault}/pods/${name}`;

describe('pods', () => {
  test('one that no node has goes at once', async () => {
    await api.client.create(`${inDefault}/pods`, pod('unassigned'));
    await api.client.remove(podPath('unassigned'));
    await expect(api.client.get(podPath('unassigned'))).rejects.toMatchObject({ status: 404 });
  });

  test('one on a node waits for the kubelet, whose delete names the UID', async () => {
    const made = await api.client.create(`${inDefault}/pods`, pod('assigned', { nodeName: 'node-1' }));
    await api.client.remove(podPath('assigned'));
    const leaving = await api.client.get(podPath('assigned'));
    expect(leaving.metadata).toMatchObject({ deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 30 });
    expect(leaving.metadata.generation).toBe(2);
    const wrong = { gracePeriodSeconds: 0, preconditions: { uid: 'another' } };
    await expect(api.client.remove(podPath('assigned'), wrong)).rejects.toMatchObject({ status: 409 });
    await api.client.remove(podPath('assigned'), { ...wrong, preconditions: { uid: made.metadata.uid ?? '' } });
    await expect(api.client.get(podPath('assigned'))).rejects.toMatchObject({ status: 404 });
  });

  test('one that has ended goes at once', async () => {
    await api.client.create(`${inDefault}/pods`, pod('ended', { nodeName: 'node-1' }));
    await api.client.patch(`${podPath('ended')}/status`, { status: { phase: 'Succeeded' } }, 'merge');
    await api.client.remove(podPath('ended'));
    await expect(api.client.get(podPath('ended'))).rejects.toMatchObject({ status: 404 });
  });

  test('a second delete shortens the grace period and never lengthens it', async () => {
    await api.client.create(`${inDefault}/pods`, pod('hurried', { nodeName: 'node-1' }));
    await api.client.remove(podPath('hurried'), { gracePeriodSeconds: 10 });
    await api.client.remove(podPath('hurried'), { gracePeriodSeconds: 60 });
    expect((await api.client.get(podPath('hurried'))).metadata.deletionGracePeriodSeconds).toBe(10);
    await api.client.remove(podPath('hurried'), { gracePeriodSeconds: 3 });
    expect((await api.client.get(podPath('hurried'))).metadata.deletionGracePeriodSeconds).toBe(3);
  });

  test('eviction asks the disruption budget of a running pod', async () => {
    await api.client.create(`${inDefault}/pods`, pod('guarded', { labels: { app: 'guarded' }, nodeName: 'node-1' }));
    await api.client.create('/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
    });
    await api.client.patch(`${podPath('guarded')}/status`, { status: { phase: 'Running' } }, 'merge');
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'guarded' } };
    await expect(api.client.create(`${podPath('guarded')}/eviction`, eviction)).rejects.toMatchObject({ status: 429 });
    await api.client.patch(`${podPath('guarded')}/status`, { status: { phase: 'Pending' } }, 'merge');
    await api.client.create(`${podPath('guarded')}/eviction`, eviction);
    expect((await api.client.get(podPath('guarded'))).metadata.deletionTimestamp).toBeDefined();
  });
});

describe('finalizers', () => {
  test('an object stays until its last one is taken away', async () => {
    const path = `${inDefault}/configmaps/held`;
    const object = configMap('held');
    await api.client.create(`${inDefault}/configmaps`, {
      ...object,
      metadata: { ...object.metadata, finalizers: ['example.com/hold'] },
    });
    await api.client.remove(path);
    expect((await api.client.get(path)).metadata.deletionTimestamp).toBeDefined();
    await api.client.patch(path, { metadata: { finalizers: null } }, 'merge');
    await expect(api.client.get(path)).rejects.toMatchObject({ status: 404 });
  });

  test.each([
    ['Foreground', 'foregroundDeletion'],
    ['Orphan', 'orphan'],
  ])('%s leaves its finalizer for the garbage collector', async (propagationPolicy, finalizer) => {
    const name = finalizer.toLowerCase();
    await api.client.create(`${inDefault}/configmaps`, configMap(name));
    await api.client.remove(`${inDefault}/configmaps/${name}`, { propagationPolicy });
    expect((await api.client.get(`${inDefault}/configmaps/${name}`)).metadata.finalizers).toEqual([finalizer]);
  });
});

describe('namespaces', () => {
  test('one that is deleted takes in nothing new and goes when it is finalized', async () => {
    await api.client.create('/api/v1/namespaces', { metadata: { name: 'leaving' } });
    await api.client.remove('/api/v1/namespaces/leaving');
    const leaving = await api.client.get('/api/v1/namespaces/leaving');
    expect(leaving).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } });
    await expect(api.client.create('/api/v1/namespaces/leaving/configmaps', configMap('late'))).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('because it is being terminated'),
    });
    await api.client.replace('/api/v1/namespaces/leaving/finalize', { ...leaving, spec: { finalizers: [] } });
    await expect(api.client.get('/api/v1/namespaces/leaving')).rejects.toMatchObject({ status: 404 });
  });
});

test('a collection is deleted by selection', async () => {
  for (const name of ['d1', 'd2', 'keep']) {
    const labels = { doomed: String(name !== 'keep') };
    await api.client.create(`${inDefault}/configmaps`, { metadata: { name, labels } });
  }
  await api.client.remove(`${inDefault}/configmaps?labelSelector=doomed%3Dtrue`);
  const list = await api.client.get<{ items: { metadata: { name: string } }[] }>(`${inDefault}/configmaps`, {
    labelSelector: 'doomed',
  });
  expect(list.items.map((item) => item.metadata.name)).toEqual(['keep']);
});
