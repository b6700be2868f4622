import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import type { Event } from '../../support/http.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const own = { labelSelector: 'ours=yes' };
const make = (name: string, labels = {}) =>
  cluster.post(maps, { metadata: { name, labels: { ours: 'yes', ...labels } } });

/** The first events of a watch, as many as are wanted; `then` runs as soon as it is sure that the watch will tell of it. */
async function events(
  count: number,
  query: Record<string, string>,
  path = maps,
  then: () => Promise<unknown> = async () => {},
  accept = 'application/json',
): Promise<Event[]> {
  const leaving = new AbortController();
  const found: Event[] = [];
  const done = (async () => {
    for await (const event of cluster.watch(path, leaving.signal, { query, headers: { accept } })) {
      found.push(event);
      if (found.length === 1 && !query.resourceVersion) await then();
      if (found.length === count) return;
    }
  })();
  if (query.resourceVersion) await then();
  await done;
  leaving.abort();
  return found;
}

const told = (found: Event[]) => found.map(({ type, object }) => `${type} ${object.metadata.name}`);

it('tells what is there, then what happens', async () => {
  await make('a');
  const found = await events(4, own, maps, async () => {
    await make('b');
    await cluster.patch(`${maps}/b`, { data: { x: '1' } }, 'merge-patch+json');
    await cluster.remove(`${maps}/b`);
  });
  expect(told(found)).toEqual(['ADDED a', 'ADDED b', 'MODIFIED b', 'DELETED b']);
  const versions = found.map(({ object }) => Number(object.metadata.resourceVersion));
  expect([...versions].sort((left, right) => left - right)).toEqual(versions);
  expect(found[0]?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
});

it('goes on behind a version', async () => {
  const { body } = await cluster.get(maps);
  await make('later');
  const found = await events(2, { ...own, resourceVersion: body.metadata.resourceVersion }, maps, () =>
    cluster.remove(`${maps}/later`),
  );
  expect(told(found)).toEqual(['ADDED later', 'DELETED later']);
});

it('an object comes into a selection and leaves it', async () => {
  const { body } = await cluster.get(maps);
  await make('moving', { tier: 'web' });
  await cluster.patch(`${maps}/moving`, { metadata: { labels: { tier: 'db' } } }, 'merge-patch+json');
  await cluster.patch(`${maps}/moving`, { metadata: { labels: { tier: 'web' } } }, 'merge-patch+json');
  const query = { labelSelector: 'tier=web', resourceVersion: body.metadata.resourceVersion };
  const found = await events(3, query);
  expect(told(found)).toEqual(['ADDED moving', 'DELETED moving', 'ADDED moving']);
  expect(found[1]?.object.metadata.labels.tier).toBe('web');
});

it('one object is watched by its name, also by the old paths', async () => {
  expect(told(await events(1, { fieldSelector: 'metadata.name=a' }))).toEqual(['ADDED a']);
  const old = `/api/v1/watch/namespaces/${namespace}/configmaps`;
  expect(told(await events(1, {}, `${old}/a`))).toEqual(['ADDED a']);
  expect(told(await events(1, { fieldSelector: 'metadata.name=a' }, old))).toEqual(['ADDED a']);
});

it('initial events end with a bookmark that says so', async () => {
  const query = {
    ...own,
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: 'true',
  };
  const all = (await cluster.get(maps, { query: own })).body.items.length;
  const found = await events(all + 1, query);
  expect(found.slice(0, -1).every(({ type }) => type === 'ADDED')).toBe(true);
  expect(found.at(-1)).toMatchObject({
    type: 'BOOKMARK',
    object: {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        resourceVersion: expect.stringMatching(/^\d+$/),
        annotations: { 'k8s.io/initial-events-end': 'true' },
      },
    },
  });
  const { resourceVersion } = (await cluster.get(maps)).body.metadata;
  const none = { ...query, sendInitialEvents: 'false', allowWatchBookmarks: 'false', resourceVersion };
  const after = await events(1, none, maps, async () => void (await make('afterwards')));
  expect(told(after)).toEqual(['ADDED afterwards']);
});

it('shows Tables, whose columns come once, and metadata', async () => {
  const table = 'application/json;as=Table;g=meta.k8s.io;v=v1';
  await make('shown', { as: 'table' });
  const found = await events(
    2,
    { labelSelector: 'as=table' },
    maps,
    () => cluster.patch(`${maps}/shown`, { data: { x: '1' } }, 'merge-patch+json'),
    table,
  );
  expect(found.map(({ type, object }) => [type, object.kind, object.rows.length])).toEqual([
    ['ADDED', 'Table', 1],
    ['MODIFIED', 'Table', 1],
  ]);
  expect(found[0]?.object.columnDefinitions[0].name).toBe('Name');
  expect(found[1]?.object.columnDefinitions).toBeNull();
  const partial = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
  const [first] = await events(1, { labelSelector: 'as=table' }, maps, undefined, partial);
  expect(first?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'shown' } });
  expect(first?.object.data).toBeUndefined();
});

it('ends after timeoutSeconds', async () => {
  const found: Event[] = [];
  const query = { fieldSelector: 'metadata.name=a', timeoutSeconds: '1' };
  for await (const event of cluster.watch(maps, new AbortController().signal, { query })) found.push(event);
  expect(told(found)).toEqual(['ADDED a']);
});
