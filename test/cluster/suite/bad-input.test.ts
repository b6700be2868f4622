import { afterAll, expect, it } from 'vitest';
import type { Divergence } from '../divergences.ts';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const raw = (body: string | Buffer, type = 'application/json') =>
  cluster.post(maps, body, { headers: { 'content-type': type } });

it('a body above 3 MB is 413', async () => {
  const { status, body } = await raw(`{"data":{"a":"${'x'.repeat(3_300_000)}"}}`);
  expect([status, body]).toEqual([
    413,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'RequestEntityTooLarge',
      code: 413,
      message: 'Request entity too large: limit is 3145728',
    },
  ]);
});

it.each(['text/plain', 'application/xml', 'foo/;;'])('a body of %s is 415', async (type) => {
  const { status, body } = await raw('{}', type);
  expect([status, body.reason, body.code]).toEqual([415, 'UnsupportedMediaType', 415]);
});

it.each(['', '{', '{"a":}', 'hello', '[]', '"x"', '5', '{"metadata":"x"}', '{"metadata":{"name":5}}', '{"kind":{}}'])(
  'the body %j is 400',
  async (text) => {
    const { status, body } = await raw(text);
    expect([status, body.status, body.reason]).toEqual([400, 'Failure', 'BadRequest']);
  },
);

const shallow: Divergence = 'body-depth';

it.each([
  [400, [201, 201]],
  [9_000, [400, 201]],
  [10_001, [400, 400]],
])(`a body of %i levels (${shallow})`, async (levels, [ours, theirs]) => {
  const deep = '['.repeat(levels) + ']'.repeat(levels);
  const text = `{"metadata":{"name":"deep"},"unknown":${deep}}`;
  const { status } = await cluster.post(`${maps}?dryRun=All`, text);
  expect(status).toBe(cluster.on === 'sandbox' ? ours : theirs);
});

it('an escape that is none is refused before it is looked at', async () => {
  const { status, text } = await cluster.get(`${maps}/%zz`);
  expect([status, text]).toEqual([400, '400 Bad Request']);
});

it('a path does not climb', async () => {
  expect((await cluster.get(`${maps}/..%2fsecrets`)).status).toBe(404);
});

it.each(['true', '1', 'yes', ''])('a boolean of %j is true', async (value) => {
  const query = { watch: value, timeoutSeconds: '1', fieldSelector: 'metadata.name=none' };
  expect((await cluster.get(maps, { query })).text).toBe('');
});
