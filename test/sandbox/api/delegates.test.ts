import { afterAll, beforeAll, expect, test } from 'vitest';
import { DelegateError, type LogRequest, type ProxyRequest } from '../../../src/sandbox/api/delegates.ts';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';
import { inDefault, pod } from './objects.ts';

let api: TestApiServer;
const asked: { logs: LogRequest[]; proxied: ProxyRequest[] } = { logs: [], proxied: [] };

beforeAll(async () => {
  api = await startTestApiServer({
    async *readLogs(request) {
      asked.logs.push(request);
      if (request.previous) throw new DelegateError(400, 'BadRequest', 'previous terminated container "web" not found');
      yield 'first\n';
      yield 'second\n';
    },
    async proxyService(request) {
      asked.proxied.push(request);
      return { status: 418, headers: { 'content-type': 'text/plain', 'x-pod': 'a' }, body: 'tea' };
    },
    aggregated: {
      'metrics.k8s.io/v1beta1': {
        resources: [{ plural: 'pods', singular: '', kind: 'PodMetrics', namespaced: true, verbs: ['get', 'list'] }],
        get: async (path) => ({ status: 200, body: { kind: 'PodMetricsList', path } }),
      },
    },
  });
  await api.client.create(`${inDefault}/pods`, pod('p', { nodeName: 'node-1' }));
  await api.client.create(`${inDefault}/pods`, pod('unassigned'));
  await api.client.create(`${inDefault}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
});
afterAll(() => api.close());

test('logs are what the node has, asked with the pod’s only container', async () => {
  const answer = await api.send('GET', `${inDefault}/pods/p/log?tailLines=5&timestamps=true`);
  expect(answer).toMatchObject({ status: 200, text: 'first\nsecond\n' });
  expect(asked.logs.at(-1)).toMatchObject({ container: 'web', tailLines: 5, timestamps: true, follow: false });
});

test('what the node refuses is a Status, and so is a container that is not there', async () => {
  const previous = await api.send('GET', `${inDefault}/pods/p/log?previous=true`);
  expect(previous).toMatchObject({
    status: 400,
    json: { reason: 'BadRequest', message: expect.stringContaining('previous') },
  });
  expect((await api.send('GET', `${inDefault}/pods/p/log?container=other`)).json.message).toBe(
    'container other is not valid for pod p',
  );
  // Nobody has written anything yet (`LogLocation` in `pkg/registry/core/pod/strategy.go`).
  expect(await api.send('GET', `${inDefault}/pods/unassigned/log`)).toMatchObject({ status: 204, text: '' });
});

test('a Service’s proxy passes on path, query and body, and never the token', async () => {
  const path = `${inDefault}/services/s:80/proxy/a%20b/c?x=1`;
  const answer = await api.send('POST', path, { body: 'hello', headers: { 'x-client-id': 'me' } });
  expect(answer).toMatchObject({ status: 418, text: 'tea', headers: { 'x-pod': 'a' } });
  const request = asked.proxied.at(-1);
  expect(request).toMatchObject({ name: 's', port: '80', method: 'POST', path: '/a%20b/c?x=1' });
  expect(request?.body.toString()).toBe('hello');
  expect(request?.headers).toMatchObject({ 'x-client-id': 'me' });
  expect(request?.headers.authorization).toBeUndefined();
});

test('an aggregated API is found and answers', async () => {
  expect((await api.send('GET', '/apis')).text).toContain('metrics.k8s.io');
  expect((await api.send('GET', '/apis/metrics.k8s.io/v1beta1')).json.resources).toHaveLength(1);
  const answer = await api.send('GET', '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods');
  expect(answer.json).toEqual({ kind: 'PodMetricsList', path: '/namespaces/default/pods' });
});

test('an aggregated API is read, and nothing else', async () => {
  const path = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods';
  expect((await api.send('GET', path)).json).toMatchObject({ path: '/namespaces/default/pods' });
  for (const method of ['POST', 'DELETE', 'PATCH']) expect((await api.send(method, path)).status, method).toBe(405);
  expect((await api.send('GET', path.replace('/namespaces', '//namespaces'))).status).toBe(404);
});
