import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHistory } from '../../../src/sandbox/api/history.ts';
import type { Query, WatchEvent } from '../../../src/sandbox/client.ts';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';
import { configMap, inDefault } from './objects.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

const collection = `${inDefault}/configmaps`;

/** The first events of a watch. */
async function take(count: number, query: Query, act: () => Promise<unknown> = async () => {}): Promise<WatchEvent[]> {
  const ending = new AbortController();
  const events: WatchEvent[] = [];
  const acting = act();
  for await (const event of api.client.watch(collection, query, ending.signal)) {
    events.push(event);
    if (events.length === count) break;
  }
  ending.abort();
  await acting;
  return events;
}

const shown = (events: readonly WatchEvent[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`);

async function now(): Promise<string> {
  const list = await api.client.get<{ metadata: { resourceVersion: string } }>(collection);
  return list.metadata.resourceVersion;
}

describe('a watch', () => {
  test('goes on after a version, in order', async () => {
    const resourceVersion = await now();
    await api.client.create(collection, configMap('w1'));
    await api.client.patch(`${collection}/w1`, { data: { a: '1' } }, 'merge');
    await api.client.remove(`${collection}/w1`);
    const events = await take(3, { resourceVersion });
    expect(shown(events)).toEqual(['ADDED w1', 'MODIFIED w1', 'DELETED w1']);
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((left, right) => left - right));
    expect(new Set(versions).size).toBe(3);
  });

  test('tells what enters and leaves its selection as added and deleted', async () => {
    const resourceVersion = await now();
    const path = `${collection}/sel`;
    await api.client.create(collection, configMap('sel'));
    await api.client.patch(path, { metadata: { labels: { on: 'yes' } } }, 'merge');
    await api.client.patch(path, { data: { a: '1' } }, 'merge');
    const last = await api.client.patch(path, { metadata: { labels: { on: 'no' } } }, 'merge');
    const events = await take(3, { resourceVersion, labelSelector: 'on=yes' });
    expect(shown(events)).toEqual(['ADDED sel', 'MODIFIED sel', 'DELETED sel']);
    expect(events[2]?.object.metadata).toMatchObject({
      labels: { on: 'yes' },
      resourceVersion: last.metadata.resourceVersion,
    });
  });

  test('can begin with what is there, up to a bookmark that says so', async () => {
    const query = {
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
      fieldSelector: 'metadata.name=there',
    };
    await api.client.create(collection, configMap('there'));
    const [added, mark] = await take(2, query);
    expect(added).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'there' } } });
    expect(mark?.type).toBe('BOOKMARK');
    expect(mark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  test('ends by itself after timeoutSeconds', async () => {
    const events: WatchEvent[] = [];
    const query = { resourceVersion: await now(), timeoutSeconds: 1 };
    for await (const event of api.client.watch(collection, query, new AbortController().signal)) events.push(event);
    expect(events).toEqual([]);
  });

  test('shows many changes made at once, each of them and in order', async () => {
    await api.client.create(collection, configMap('busy'));
    const numbers = Array.from({ length: 60 }, (_, at) => `${at}`);
    const change = () =>
      Promise.all(numbers.map((at) => api.client.patch(`${collection}/busy`, { data: { at } }, 'merge')));
    const query = { resourceVersion: await now(), fieldSelector: 'metadata.name=busy' };
    const events = await take(numbers.length, query, change);
    const seen = events.map(({ object }) => (object as { data?: { at?: string } }).data?.at);
    expect([...seen].sort()).toEqual([...numbers].sort());
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((left, right) => left - right));
  });

  test('one that reads gets all that is there, however much it is', async () => {
    const big = 'x'.repeat(512 * 1024);
    const names = Array.from({ length: 50 }, (_, at) => `much-${at}`);
    for (const name of names)
      await api.client.create('/api/v1/namespaces/default/secrets', {
        ...configMap(name),
        kind: 'Secret',
        data: { big },
      });
    const path =
      '/api/v1/namespaces/default/secrets?watch=true&timeoutSeconds=2&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const lines = (await api.send('GET', path)).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const added = lines.filter(({ type }) => type === 'ADDED').map(({ object }) => object.metadata.name);
    expect(new Set(added)).toEqual(new Set(names));
    expect(lines[names.length].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  test('one that never reads is cut off and disturbs nobody', async () => {
    const big = 'x'.repeat(1_000_000);
    await api.client.create(collection, configMap('large', { big }));
    const { connect } = await import('node:tls');
    const socket = connect({ port: api.server.port, host: '127.0.0.1', ca: api.server.ca });
    const cut = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
    socket.write(
      `GET ${collection}?watch=true HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${api.server.token}\r\n\r\n`,
    );
    socket.pause();
    for (let at = 0; at < 40; at += 1)
      await api.client.patch(`${collection}/large`, { data: { at: `${at}` } }, 'merge');
    socket.resume();
    await cut;
    expect(await api.client.get(`${collection}/large`)).toMatchObject({ data: { at: '39' } });
  });
});

test('a Table watch sends its columns once', async () => {
  const resourceVersion = await now();
  await api.client.create(collection, configMap('t1'));
  await api.client.create(collection, configMap('t2', { a: '1' }));
  const path = `${collection}?watch=true&includeObject=None&timeoutSeconds=1&resourceVersion=${resourceVersion}`;
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const { text } = await api.send('GET', path, { headers: { accept } });
  const [first, second] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).object);
  expect(first).toMatchObject({ kind: 'Table', rows: [{ cells: ['t1', 0, expect.any(String)] }] });
  expect(first.columnDefinitions).toHaveLength(3);
  expect(second.columnDefinitions).toBeNull();
  expect(second.rows[0].object).toBeNull();
  expect(Number(second.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
});

test('a history forgets the oldest and says so', () => {
  const history = createHistory(10);
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
  for (let version = 1; version <= 11; version += 1)
    history.push('/pods', { version, type: 'ADDED', object, previous: undefined });
  expect(history.since('/pods', 2)).toBeUndefined();
  expect(history.oldest('/pods')).toBe(5);
  expect(history.since('/pods', 5)?.map(({ version }) => version)).toEqual([6, 7, 8, 9, 10, 11]);
});
