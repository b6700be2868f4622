import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
  await api.client.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'traps.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'traps', singular: 'trap', kind: 'Trap', listKind: 'TrapList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
});
afterAll(() => api.close());

const every = (of: string) => `self.list.all(${of}, `;
const schema = {
  type: 'object',
  properties: {
    text: { type: 'string', pattern: '^(a+)+$' },
    rest: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    lists: {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'integer' } } },
      'x-kubernetes-validations': [
        { rule: `${[...'abcdef'].map(every).join('')}a + b + c + d + e + f < 0 || true))))))` },
      ],
    },
  },
};

const traps = '/apis/example.com/v1/namespaces/default/traps';
const create = (fields: object) =>
  api.send('POST', traps, {
    body: JSON.stringify({ metadata: { generateName: 'trap-' }, ...fields }),
    headers: { 'content-type': 'application/json' },
  });

test.each([
  ['a pattern that tries for ever', { text: `${'a'.repeat(60)}!` }],
  ['a rule that counts for ever', { lists: { list: Array.from({ length: 300 }, (_, at) => at) } }],
])('%s is given up, and others are served', async (_, fields) => {
  const started = performance.now();
  const answer = await create(fields);
  expect(answer).toMatchObject({ status: 422, json: { reason: 'Invalid' } });
  expect(answer.json.message).toContain('running out of cost budget');
  expect(performance.now() - started).toBeLessThan(5000);
});

test('what the same expressions judge quickly is judged', async () => {
  expect((await create({ text: 'aaa', lists: { list: [1, 2] } })).status).toBe(201);
  expect((await create({ text: 'b' })).json.message).toContain("should match '^(a+)+$'");
});

test('a field called __proto__ is kept as it is, and is nobody’s prototype', async () => {
  const body =
    '{"metadata":{"name":"odd"},"rest":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}';
  const headers = { 'content-type': 'application/json' };
  expect((await api.send('POST', traps, { body, headers })).status).toBe(201);
  for (const type of ['merge-patch+json', 'apply-patch+yaml']) {
    const patch = '{"apiVersion":"example.com/v1","kind":"Trap","rest":{"__proto__":{"more":{"a":1}}}}';
    const path = `${traps}/odd?fieldManager=one&force=${type.startsWith('apply')}`;
    const sent = { body: patch, headers: { 'content-type': `application/${type}` } };
    expect((await api.send('PATCH', path.replace('&force=false', ''), sent)).status, type).toBe(200);
  }
  const { text } = await api.send('GET', `${traps}/odd`);
  expect(text).toContain('"__proto__":{');
  expect(text).toContain('"more":{"a":1}');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
