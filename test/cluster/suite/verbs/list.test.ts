import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const maps = `/api/v1/namespaces/${namespace}/configmaps`;
for (const [name, labels] of Object.entries({
  a: { tier: 'web', size: '3' },
  b: { tier: 'db', size: '7' },
  c: { tier: 'web' },
  d: {},
}))
  await cluster.post(maps, { metadata: { name, labels: { ...labels, ours: 'yes' } } });

type Item = { metadata: { name: string } };
const names = (body: { items: Item[] }) => body.items.map(({ metadata }) => metadata.name);
const ours = 'ours=yes';
const find = async (query: Record<string, string>) => names((await cluster.get(maps, { query })).body);

it.each([
  ['tier=web', ['a', 'c']],
  ['tier==db', ['b']],
  ['tier!=web', ['b', 'd']],
  ['tier in (web, db)', ['a', 'b', 'c']],
  ['tier notin (web),ours', ['b', 'd']],
  ['tier', ['a', 'b', 'c']],
  ['!tier', ['d']],
  ['size>3', ['b']],
  ['size<7', ['a']],
])('labels by %s', async (selector, wanted) => {
  expect(await find({ labelSelector: `${ours},${selector}` })).toEqual(wanted);
});

it('fields by name and namespace', async () => {
  expect(await find({ fieldSelector: 'metadata.name=b' })).toEqual(['b']);
  expect(await find({ fieldSelector: 'metadata.name!=b', labelSelector: ours })).toEqual(['a', 'c', 'd']);
  expect(await find({ fieldSelector: `metadata.namespace=${namespace},metadata.name==c` })).toEqual(['c']);
});

it.each([
  ['pods', 'spec.nodeName', true],
  ['pods', 'status.phase', true],
  ['pods', 'spec.hostNetwork', true],
  ['pods', 'spec.priority', false],
  ['secrets', 'type', true],
  ['services', 'spec.type', true],
  ['services', 'spec.selector', false],
  ['events', 'involvedObject.kind', true],
  ['events', 'regarding.kind', false],
  ['replicationcontrollers', 'status.replicas', true],
])('%s can be selected by %s: %s', async (plural, field, can) => {
  const query = { fieldSelector: `${field}=x` };
  const { status, body } = await cluster.get(`/api/v1/namespaces/${namespace}/${plural}`, { query });
  if (can) expect([status, body.items]).toEqual([200, []]);
  else expect([status, body.message]).toEqual([400, `field label not supported: ${field}`]);
});

it('pages show one moment, whatever changes between them', async () => {
  const first = await cluster.get(maps, { query: { limit: 2 } });
  const { resourceVersion, remainingItemCount } = first.body.metadata;
  const all = names((await cluster.get(maps)).body);
  expect(names(first.body)).toEqual(all.slice(0, 2));
  expect(remainingItemCount).toBe(all.length - 2);
  await cluster.post(maps, { metadata: { name: 'bb' } });
  await cluster.remove(`${maps}/d`);
  await cluster.patch(`${maps}/c`, { data: { later: 'yes' } }, 'merge-patch+json');
  const second = await cluster.get(maps, { query: { limit: 100, continue: first.body.metadata.continue } });
  expect(names(second.body)).toEqual(all.slice(2));
  expect(second.body.items.every((item: { data?: object }) => !('later' in (item.data ?? {})))).toBe(true);
  expect(second.body.metadata).toEqual({ resourceVersion });
  const exact = await cluster.get(maps, { query: { resourceVersion, resourceVersionMatch: 'Exact' } });
  expect([names(exact.body), exact.body.metadata.resourceVersion]).toEqual([all, resourceVersion]);
  expect(await find({})).toEqual([...all.filter((name) => name !== 'd'), 'bb'].sort());
});

it('a selection does not say how many remain', async () => {
  const { body } = await cluster.get(maps, { query: { limit: 1, labelSelector: ours } });
  expect(body.metadata.continue).toEqual(expect.any(String));
  expect(body.metadata.remainingItemCount).toBeUndefined();
});

it('a list of any version comes whole', async () => {
  const { body } = await cluster.get(maps, { query: { limit: 1, resourceVersion: '0' } });
  expect(body.items.length).toBeGreaterThan(2);
  expect(body.metadata.continue).toBeUndefined();
  const newer = await cluster.get(maps, {
    query: { resourceVersion: body.metadata.resourceVersion, resourceVersionMatch: 'NotOlderThan' },
  });
  expect(Number(newer.body.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(body.metadata.resourceVersion));
});

it('one counter runs over all kinds, and deletes count', async () => {
  const versionOf = (body: { metadata: { resourceVersion: string } }) => Number(body.metadata.resourceVersion);
  const made = versionOf((await cluster.post(maps, { metadata: { name: 'counted' } })).body);
  const secret = versionOf(
    (await cluster.post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'counted' } })).body,
  );
  await cluster.remove(`${maps}/counted`);
  const after = versionOf((await cluster.get(maps)).body);
  expect(secret).toBeGreaterThan(made);
  expect(after).toBeGreaterThan(secret);
});

const of = (as: string, version = 'v1') => ({ accept: `application/json;as=${as};g=meta.k8s.io;v=${version}` });
const accepted =
  'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';
const available =
  '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf';

it.each([
  ['/a', 'application/xml', available],
  ['/none', 'application/xml', available],
  ['', 'text/plain', `${available}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`],
  ['/a', of('Foo').accept, accepted],
  ['/a', of('Table', 'v2').accept, accepted],
  ['/a', 'application/json;as=Table', accepted],
  [
    '/a',
    of('PartialObjectMetadataList').accept,
    'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
  ],
  [
    '',
    of('PartialObjectMetadata').accept,
    'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
  ],
])('%s as %s is 406', async (path, accept, message) => {
  const { status, body } = await cluster.get(`${maps}${path}`, { headers: { accept } });
  expect(body).toMatchObject({ status: 'Failure', reason: 'NotAcceptable', code: 406, message });
  expect(status).toBe(406);
});

it.each([['*/*'], ['application/xml, application/json;q=0.5'], [`${of('Table', 'v9').accept},application/json`]])(
  '%s is plain JSON',
  async (accept) => {
    const { headers, body } = await cluster.get(`${maps}/a`, { headers: { accept } });
    expect([headers['content-type'], body.kind]).toEqual(['application/json', 'ConfigMap']);
  },
);

it('YAML is given to who asks for it', async () => {
  const { headers, text } = await cluster.get(`${maps}/a`, { headers: { accept: 'application/yaml' } });
  expect(headers['content-type']).toBe('application/yaml');
  expect(text).toMatch(/^apiVersion: v1\nkind: ConfigMap\nmetadata:\n/);
});

it('a Table is of the version asked for, and of what it is asked to include', async () => {
  const old = await cluster.get(`${maps}/a`, { headers: of('Table', 'v1beta1') });
  expect(old.body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1beta1' });
  const wrong = await cluster.get(maps, { headers: of('Table'), query: { includeObject: 'Foo' } });
  expect([wrong.status, wrong.body.message]).toEqual([
    400,
    `Unable to convert to Table as requested: includeObject: Invalid value: "Foo": must be 'Metadata', 'Object', 'None', or empty`,
  ]);
});

it('what is large is compressed for who takes it', async () => {
  for (const name of ['large-1', 'large-2'])
    await cluster.post(maps, { metadata: { name }, data: { a: 'x'.repeat(90_000) } });
  const packed = await cluster.get(maps, { headers: { 'accept-encoding': 'gzip' } });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(
    (await cluster.get(`${maps}/a`, { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'],
  ).toBeUndefined();
  expect((await cluster.get(maps)).headers['content-encoding']).toBeUndefined();
});
