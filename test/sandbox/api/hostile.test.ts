import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';

let api: TestApiServer;
let account = '';

beforeAll(async () => {
  api = await startTestApiServer();
  await api.client.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'nobody' } });
  const made = await api.send('POST', '/api/v1/namespaces/default/serviceaccounts/nobody/token', {
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  account = made.json.status.token;
});
afterAll(() => api.close());

const word = fc.constantFrom(
  ...'api apis v1 apps batch namespaces default pods services secrets configmaps nodes deployments jobs status scale log exec token'.split(
    ' ',
  ),
  ...'binding eviction proxy finalize watch serviceaccounts subjectaccessreviews selfsubjectreviews customresourcedefinitions'.split(
    ' ',
  ),
  ...'apiextensions.k8s.io rbac.authorization.k8s.io clusterroles authorization.k8s.io autoscaling v2 horizontalpodautoscalers'.split(
    ' ',
  ),
  ...'__proto__ constructor toString a nobody openapi v3 healthz version %2e%2e %00 %ff ä a%2Fb'.split(' '),
  ...['', '..', 'x'.repeat(300), 'a:b:c', 'https:a:80'],
);
const core = fc.constantFrom(
  'pods',
  'configmaps',
  'secrets',
  'services',
  'serviceaccounts',
  'events',
  'replicationcontrollers',
  'persistentvolumeclaims',
  'endpoints',
  'limitranges',
  'resourcequotas',
);
const apps = fc.constantFrom('deployments', 'replicasets', 'statefulsets', 'daemonsets', 'controllerrevisions');
const path = fc.oneof(
  fc.array(word, { maxLength: 8 }).map((words) => `/${words.join('/')}`),
  fc
    .tuple(core, fc.array(word, { maxLength: 3 }))
    .map(([plural, more]) => `/api/v1/namespaces/default/${[plural, ...more].join('/')}`),
  fc
    .tuple(apps, fc.array(word, { maxLength: 3 }))
    .map(([plural, more]) => `/apis/apps/v1/namespaces/default/${[plural, ...more].join('/')}`),
);
const value = fc.constantFrom(
  '',
  'true',
  '0',
  '-1',
  '1',
  '1e9',
  '99999999999999999999',
  'All',
  'Strict',
  'metadata.name=a',
  'a in (b',
  '\\',
  '!',
  '\u0000',
  'Exact',
  'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0',
  '__proto__',
);
const name = fc.constantFrom(
  'limit',
  'continue',
  'labelSelector',
  'fieldSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'dryRun',
  'fieldValidation',
  'fieldManager',
  'force',
  'propagationPolicy',
  'gracePeriodSeconds',
  'includeObject',
  'pretty',
  'tailLines',
  'container',
  'command',
  'ports',
  'sendInitialEvents',
);
const query = fc
  .dictionary(name, value, { maxKeys: 3 })
  .map((fields) => String(new URLSearchParams({ ...fields, timeoutSeconds: '1' })));

const key = fc.constantFrom(
  ...'metadata name namespace labels annotations finalizers ownerReferences spec status data stringData template selector matchLabels replicas containers image kind apiVersion __proto__ constructor prototype toString uid resourceVersion managedFields generateName deletionTimestamp rules subjects roleRef type ports $patch $setElementOrder/containers op path value from a'.split(
    ' ',
  ),
  'a\nb',
  '\u{1F600}',
  'a.b/c',
);
const leaf = fc.oneof(
  fc.constantFrom(
    null,
    '',
    'a',
    'default',
    'ConfigMap',
    'Pod',
    'v1',
    'add',
    'replace',
    '/metadata/__proto__/x',
    '/data',
    1,
    -1,
    1.5,
    1e300,
    true,
  ),
  fc.string(),
);
const { body } = fc.letrec((tie) => ({
  body: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('body'), { maxLength: 3 }),
    fc.dictionary(key, tie('body'), { maxKeys: 5 }),
  ),
}));
const media = fc.constantFrom(
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'text/plain',
  '',
);
const accept = fc.constantFrom(
  'application/json',
  '*/*',
  'application/yaml',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf',
  'a/b',
  '',
);
const headers = fc.record({
  'content-type': media,
  accept,
  'impersonate-user': fc.constantFrom('', '', '', 'a', 'system:anonymous'),
  'impersonate-extra-__proto__': fc.constantFrom('', '', 'x'),
  'audit-id': fc.constantFrom('', 'a', 'ä'),
  'user-agent': fc.constantFrom('a', '__proto__', ''),
});
const text = fc.oneof(
  { weight: 6, arbitrary: body.map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constant(`k8s\0${'\u0001'.repeat(20)}`) },
);
const anything = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
  path,
  query,
  text,
  headers,
});

const polluted = () => Object.keys(Object.prototype).length > 0 || Object.hasOwn(Object.prototype, 'x');

type Request = typeof anything extends fc.Arbitrary<infer One> ? One : never;

async function ask({ method, path, query, text, headers }: Request, token?: string) {
  const given = Object.fromEntries(Object.entries(headers).filter(([, one]) => one !== ''));
  const sent = method === 'GET' || method === 'HEAD' ? {} : { body: text };
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return api.send(method, `${path}?${query}`, { ...sent, headers: { ...given, ...authorization } });
}

test('whatever the owner sends, the server says what is wrong with it', async () => {
  const property = fc.asyncProperty(anything, async (request) => {
    const answer = await ask(request);
    expect(answer.json?.reason, answer.text).not.toBe('InternalError');
    expect(polluted()).toBe(false);
  });
  await fc.assert(property, { numRuns: 250, interruptAfterTimeLimit: 8000 });
});

const forEverybody = /^\/(healthz|livez|readyz|version|api|apis|openapi|$)/;
const aboutOneself = /\/self(subjectaccess|subjectrules|subject)reviews$/;

test('whatever an account without roles sends, it only learns what everybody may know', async () => {
  const property = fc.asyncProperty(anything, async (request) => {
    const { status, text } = await ask(request, account);
    const discovers =
      request.method === 'GET' && forEverybody.test(request.path) && !request.path.includes('/namespaces/');
    const asks = request.method === 'POST' && aboutOneself.test(request.path);
    if (status < 300 && !discovers && !asks) throw new Error(`${request.method} ${request.path}: ${status} ${text}`);
  });
  await fc.assert(property, { numRuns: 250, interruptAfterTimeLimit: 8000 });
});

test.each([
  ['JSON', 'application/json', '['.repeat(100_000)],
  ['closed JSON', 'application/json', `{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['YAML', 'application/yaml', `a: ${'['.repeat(5000)}`],
])('%s that is too deep is a bad request', async (_, type, body) => {
  const answer = await api.send('POST', '/api/v1/namespaces/default/configmaps', {
    body,
    headers: { 'content-type': type },
  });
  expect(answer).toMatchObject({ status: 400, json: { reason: 'BadRequest' } });
});

test('a short YAML that stands for a huge one is a bad request', async () => {
  const names = [...'abcdefghij'];
  const lines = names.map(
    (one, at) =>
      `${one}: &${one} [${Array(9)
        .fill(at === 0 ? 'x' : `*${names[at - 1]}`)
        .join(',')}]`,
  );
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const path = '/api/v1/namespaces/default/configmaps/x?fieldManager=a';
  expect((await api.send('PATCH', path, { body: lines.join('\n'), headers })).status).toBe(400);
});

test('a warning of a field holds whatever signs its name has, in bounds', async () => {
  const create = (fields: object) =>
    api.send('POST', '/api/v1/namespaces/default/configmaps', {
      body: JSON.stringify({ metadata: { generateName: 'warned-' }, ...fields }),
      headers: { 'content-type': 'application/json' },
    });
  const wide = await create({ '\u{1F600}\r\nset-cookie: a': 1 });
  expect(wide.status).toBe(201);
  expect(wide.headers).not.toHaveProperty('set-cookie');
  const said = Buffer.from(String(wide.headers.warning), 'latin1').toString();
  expect(said).toBe('299 - "unknown field \\"\u{1F600}\\\\r\\\\nset-cookie: a\\""');
  const many = await create(Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`${'x'.repeat(400)}${at}`, 1])));
  expect(many.status).toBe(201);
  expect(String(many.headers.warning).length).toBeLessThan(8000);
});

test('a YAML of very many fields is read at once', async () => {
  const body = `metadata: {name: wide}\ndata:\n${Array.from({ length: 50_000 }, (_, at) => `  k${at}: v`).join('\n')}`;
  const headers = { 'content-type': 'application/yaml' };
  const started = performance.now();
  expect((await api.send('POST', '/api/v1/namespaces/default/configmaps', { body, headers })).status).toBe(201);
  expect(performance.now() - started).toBeLessThan(5000);
});

test('a patch that copies itself again and again is refused', async () => {
  await api.client.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'copied' } });
  const copies = Array.from({ length: 40 }, (_, at) => ({ op: 'copy', from: '/data', path: `/data/a${at}` }));
  const answer = await api.send('PATCH', '/api/v1/namespaces/default/configmaps/copied', {
    body: JSON.stringify([{ op: 'add', path: '/data', value: { a: 'b' } }, ...copies]),
    headers: { 'content-type': 'application/json-patch+json' },
  });
  expect(answer).toMatchObject({ status: 422, json: { reason: 'Invalid' } });
});
