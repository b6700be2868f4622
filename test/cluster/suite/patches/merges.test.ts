import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const strategic = 'strategic-merge-patch+json';
let map = '';
let pod = '';
let autoscaler = '';
beforeAll(async () => {
  const namespace = await cluster.namespace();
  const create = async (collection: string, object: { metadata: { name: string }; [field: string]: unknown }) => {
    const { status, text } = await cluster.post(collection, object);
    expect(status, text).toBe(201);
    return `${collection}/${object.metadata.name}`;
  };
  map = await create(`/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: 'merged' } });
  const spec = { schedulerName: 'none', containers: [{ name: 'a', image: 'a:1' }] };
  pod = await create(`/api/v1/namespaces/${namespace}/pods`, { metadata: { name: 'merged' }, spec });
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' };
  autoscaler = await create(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, {
    metadata: { name: 'merged' },
    spec: { maxReplicas: 3, scaleTargetRef },
  });
});
afterAll(() => cluster.close());

const ofSpec = (spec: unknown) => ({ spec });
const wrong: [fault: string, path: () => string, patch: object][] = [
  ['cannot restore map from slice', () => map, { data: ['a'] }],
  ['cannot restore map from int64', () => map, { data: 3 }],
  ['cannot convert int64 to string', () => map, { data: { a: 3 } }],
  ['cannot restore struct from: int64', () => map, { metadata: 3 }],
  ['cannot restore struct from: int64', () => map, { metadata: { ownerReferences: [3] } }],
  ['cannot restore slice from map', () => map, { metadata: { finalizers: { a: 'b' } } }],
  ['cannot restore slice from string', () => pod, ofSpec({ containers: 'x' })],
  ['cannot restore struct from: string', () => pod, ofSpec('x')],
  ['unrecognized type: bool', () => pod, ofSpec({ hostNetwork: 'x' })],
  ['unrecognized type: string', () => pod, ofSpec({ nodeSelector: { a: { b: 'c' } } })],
  ['unrecognized type: int32', () => pod, ofSpec({ containers: [{ name: 'a', ports: [{ containerPort: 'x' }] }] })],
  ['unrecognized type: int64', () => pod, ofSpec({ activeDeadlineSeconds: { a: 3 } })],
];

it.each(wrong)('a strategic merge of a wrong type: %s', async (fault, path, patch) => {
  const { status, body } = await cluster.patch(path(), patch, strategic);
  expect([status, body.reason, body.details.causes[0].field]).toEqual([422, 'Invalid', 'patch']);
  expect(body.message).toMatch(new RegExp(`: ${fault}$`));
});

it('what a merge names comes before what only the server has', async () => {
  const merged = async (...finalizers: string[]) =>
    (await cluster.patch(map, { metadata: { finalizers } }, strategic)).body.metadata.finalizers;
  expect(await merged('x.y/a', 'x.y/b')).toEqual(['x.y/a', 'x.y/b']);
  expect(await merged('x.y/c')).toEqual(['x.y/c', 'x.y/a', 'x.y/b']);
  expect(await merged('x.y/d', 'x.y/b')).toEqual(['x.y/d', 'x.y/c', 'x.y/a', 'x.y/b']);
  const freed = await cluster.patch(map, { metadata: { finalizers: null } }, 'merge-patch+json');
  expect(freed.body.metadata.finalizers).toBeUndefined();
});

it('items with keys too', async () => {
  const merged = async (...items: object[]) => {
    const { body } = await cluster.patch(`${pod}/status`, { status: { conditions: items } }, strategic);
    return body.status.conditions.map(({ type }: { type: string }) => type);
  };
  const is = (type: string) => ({ type, status: 'True' });
  expect(await merged(is('x.y/a'), is('x.y/b'))).toEqual(['x.y/a', 'x.y/b']);
  expect(await merged(is('x.y/c'), is('x.y/b'))).toEqual(['x.y/c', 'x.y/a', 'x.y/b']);
  expect(await merged({ type: 'x.y/a', $patch: 'delete' }, is('x.y/d'))).toEqual(['x.y/d', 'x.y/c', 'x.y/b']);
});

it('who wrote a field in one version loses it to a write in another', async () => {
  const older = autoscaler.replace('/v2/', '/v1/');
  const owned = async (path: string, spec: object) => {
    const { body } = await cluster.patch(path, { spec }, 'merge-patch+json');
    const entries: { apiVersion: string; subresource?: string; fieldsV1: Record<string, object> }[] =
      body.metadata.managedFields;
    return entries
      .filter(({ subresource }) => subresource === undefined)
      .map(({ apiVersion, fieldsV1 }) => [apiVersion, Object.keys(fieldsV1['f:spec'] ?? {}).sort()] as const)
      .sort(([left], [right]) => (left < right ? -1 : 1));
  };
  expect(await owned(older, { targetCPUUtilizationPercentage: 60 })).toEqual([
    ['autoscaling/v1', ['f:targetCPUUtilizationPercentage']],
    ['autoscaling/v2', ['f:maxReplicas', 'f:minReplicas', 'f:scaleTargetRef']],
  ]);
});

it('who applies what is there already does so at no time', async () => {
  const { body } = await cluster.patch(
    map,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { a: 'b' } } },
    'apply-patch+yaml',
    { query: { fieldManager: 'first' } },
  );
  expect(body.metadata.managedFields).toMatchObject([{ manager: 'first', time: expect.any(String) }]);
  const second = await cluster.patch(
    map,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { a: 'b' } } },
    'apply-patch+yaml',
    { query: { fieldManager: 'second' } },
  );
  const found = second.body.metadata.managedFields.find(({ manager }: { manager: string }) => manager === 'second');
  expect(found).toMatchObject({ operation: 'Apply', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } } } });
  expect(found.time).toBeUndefined();
});
