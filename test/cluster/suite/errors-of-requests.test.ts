import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import { expectFailure, type failure } from '../support/failure.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const core = `/api/v1/namespaces/${namespace}`;
const maps = `${core}/configmaps`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
await cluster.post(maps, { metadata: { name: 'c' }, data: { a: 'b' } });

const nowhere = 'the server could not find the requested resource';
const noMethod = 'the server does not allow this method on the requested resource';
const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
const streams = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
const noToken =
  "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value";
const noField = '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"';

/** What is asked: method, path, body, headers → code, reason, message, details. */
const asked: [
  what: string,
  ask: [method: string, path: string, body?: unknown, headers?: Record<string, string>],
  answer: Parameters<typeof failure>,
][] = [
  ['a token that is none', ['GET', `${maps}?continue=abc`], [400, 'BadRequest', noToken]],
  ['an unknown field', ['GET', `${maps}?fieldSelector=foo%3Dbar`], [400, 'BadRequest', noField]],
  [
    'an unknown field of pods',
    ['GET', `${core}/pods?fieldSelector=foo%3Dbar`],
    [400, 'BadRequest', 'field label not supported: foo'],
  ],
  [
    'a namespace that is not there',
    ['POST', '/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'a' } }],
    [404, 'NotFound', 'namespaces "nowhere" not found', { name: 'nowhere', kind: 'namespaces' }],
  ],
  [
    'an object that is not there',
    ['GET', `${deployments}/none`],
    [404, 'NotFound', 'deployments.apps "none" not found', { name: 'none', group: 'apps', kind: 'deployments' }],
  ],
  ['a kind that is not there', ['GET', '/apis/apps/v1/foos'], [404, 'NotFound', nowhere, {}]],
  ['another method', ['POST', `${maps}/c`, {}], [405, 'MethodNotAllowed', noMethod, {}]],
  ...['/version', '/api', '/api/v1', '/apis/apps/v1'].map((path): (typeof asked)[number] => [
    `a POST to ${path}`,
    ['POST', path, {}],
    [405, 'MethodNotAllowed', noMethod, {}],
  ]),
  [
    'a form that is not served',
    ['GET', maps, undefined, { accept: 'image/png' }],
    [406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${types}, ${streams}`, {}],
  ],
  [
    'too large a body',
    ['POST', maps, `{"data":{"a":"${'x'.repeat(3_300_000)}"}}`],
    [413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'],
  ],
  [
    'a body of another type',
    ['POST', maps, 'x', { 'content-type': 'text/plain' }],
    [
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${types}`,
    ],
  ],
  [
    'a patch of another type',
    ['PATCH', `${maps}/c`, 'x', { 'content-type': 'text/plain' }],
    [415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}],
  ],
];

it.each(asked)('%s', async (_, [method, path, body, headers = {}], answer) => {
  expectFailure(await cluster.send(method, path, body, { headers }), ...answer);
});

it('a group that nobody serves is a plain 404', async () => {
  const { status, headers, text } = await cluster.get('/apis/foo.example.com/v1/bars');
  expect([status, headers['content-type'], text]).toEqual([404, 'text/plain; charset=utf-8', '404 page not found\n']);
});
