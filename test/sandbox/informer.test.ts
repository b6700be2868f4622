import { expect, onTestFinished, test, vi } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { type ApiClient, ApiError, answered, type WatchEvent } from '../../src/sandbox/client.ts';
import { createInformer } from '../../src/sandbox/informer.ts';
import { startTestApiServer } from '../support/sandbox.ts';

const waiting = { timeout: 10_000, interval: 20 };
const path = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: object = {}) => ({ metadata: { name }, data });

async function startServer() {
  const api = await startTestApiServer();
  onTestFinished(() => api.close());
  return api;
}

function follow(client: ApiClient, query = {}) {
  const informer = createInformer(client, path, query);
  onTestFinished(() => informer.stop());
  const changes: string[] = [];
  informer.on(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
  return { informer, changes };
}

test('a client reads, writes, patches and deletes, and says what the server refused', async () => {
  const { client } = await startServer();
  await client.create(path, map('a', { x: '1' }));
  await client.patch(`${path}/a`, { data: { y: '2' } }, 'merge');
  await client.patch(`${path}/a`, [{ op: 'remove', path: '/data/x' }], 'json');
  expect((await client.get(`${path}/a`)).data).toEqual({ y: '2' });
  const refused = await client.create(path, map('a')).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect(refused).toMatchObject({ status: 409, reason: 'AlreadyExists', message: 'configmaps "a" already exists' });
  await client.remove(`${path}/a`);
  expect(answered(await client.get(`${path}/a`).catch((error: unknown) => error), 404)).toBe(true);
});

test('an informer holds what is there and hears of what changes', async () => {
  const { client } = await startServer();
  await client.create(path, map('a'));
  const { informer, changes } = follow(client);
  await informer.synced;
  expect(informer.get('default', 'a')?.kind).toBe('ConfigMap');
  await client.create(path, map('b'));
  await client.patch(`${path}/a`, { data: { x: '1' } }, 'merge');
  await client.remove(`${path}/b`);
  await vi.waitFor(() => expect(changes).toEqual(['added a', 'added b', 'modified a', 'deleted b']), waiting);
  expect(informer.list('default').map(({ metadata }) => metadata.name)).toEqual(['a']);
  expect(informer.list('other')).toEqual([]);
  const late: string[] = [];
  informer.on(({ type }) => late.push(type));
  expect(late).toEqual(['added']);
});

test('a selector narrows what is followed', async () => {
  const { client } = await startServer();
  await client.create(path, { metadata: { name: 'a', labels: { app: 'web' } } });
  await client.create(path, map('b'));
  const { informer } = follow(client, { labelSelector: 'app=web' });
  await informer.synced;
  expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
});

/** A server that answers as told: each list and each watch takes the next answer. */
function scripted(lists: (KubernetesObject[] | Error)[], watches: (WatchEvent[] | Error)[]) {
  const calls: string[] = [];
  const next = <T>(answers: (T | Error)[], call: string): T => {
    calls.push(call);
    const answer = answers.shift();
    if (answer === undefined) throw new Error('nothing more');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = {
    async get() {
      const items = next(lists, 'list');
      return { apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion: '10' }, items };
    },
    async *watch(_: string, query: { resourceVersion?: string }, signal: AbortSignal) {
      if (watches.length === 0) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* next(watches, `watch ${query.resourceVersion}`);
    },
  } as unknown as ApiClient;
  return { client, calls };
}

const object = (name: string, resourceVersion: string, uid = name): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid, resourceVersion },
});
const event = (type: WatchEvent['type'], about: unknown): WatchEvent => ({ type, object: about as KubernetesObject });

test('a watch that ends goes on from its last version, bookmarks included', async () => {
  const bookmark = event('BOOKMARK', { metadata: { resourceVersion: '42' } });
  const { client, calls } = scripted([[]], [[event('ADDED', object('a', '11'))], [bookmark]]);
  const { informer, changes } = follow(client);
  await informer.synced;
  await vi.waitFor(() => expect(calls).toEqual(['list', 'watch 10', 'watch 11']), waiting);
  expect(changes).toEqual(['added a']);
});

test('a version that is too old is answered by a new list, and what vanished meanwhile is told', async () => {
  const gone = event('ERROR', { code: 410, reason: 'Expired', message: 'too old resource version' });
  const lists = [[object('a', '1'), object('b', '2')], [object('b', '9', 'another b')]];
  const { client, calls } = scripted(lists, [[gone]]);
  const { changes } = follow(client);
  await vi.waitFor(() => expect(calls).toEqual(['list', 'watch 10', 'list']), waiting);
  await vi.waitFor(() => expect(changes).toEqual(['added a', 'added b', 'deleted a', 'deleted b', 'added b']), waiting);
});

test('an error is tried again, without listing anew after the first list', async () => {
  const { client, calls } = scripted([new Error('refused'), []], [new Error('reset'), []]);
  const { informer } = follow(client);
  await informer.synced;
  await vi.waitFor(() => expect(calls).toEqual(['list', 'list', 'watch 10', 'watch 10']), waiting);
});
