import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const nobody = { token: '' };

describe('a request without credentials', () => {
  it.each(['/healthz', '/livez', '/readyz', '/version', '/version/'])('may read %s', async (path) => {
    expect((await cluster.get(path, nobody)).status).toBe(200);
  });

  it.each(['/api', '/apis', '/openapi/v3', '/', '/metrics', '/nonsense'])('may not read %s', async (path) => {
    const { status, body } = await cluster.get(path, nobody);
    expect(status).toBe(403);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `forbidden: User "system:anonymous" cannot get path "${path}"`,
      reason: 'Forbidden',
      details: {},
      code: 403,
    });
  });

  it.each([
    [
      'GET',
      '/api/v1/pods',
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
      { kind: 'pods' },
    ],
    [
      'GET',
      '/apis/apps/v1/namespaces/default/deployments/web',
      'deployments.apps "web" is forbidden: User "system:anonymous" cannot get resource "deployments" in API group "apps" in the namespace "default"',
      { name: 'web', group: 'apps', kind: 'deployments' },
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods?watch=true',
      'pods is forbidden: User "system:anonymous" cannot watch resource "pods" in API group "" in the namespace "default"',
      { kind: 'pods' },
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Dweb',
      'pods "web" is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
      { name: 'web', kind: 'pods' },
    ],
    [
      'DELETE',
      '/api/v1/namespaces/default/pods',
      'pods is forbidden: User "system:anonymous" cannot deletecollection resource "pods" in API group "" in the namespace "default"',
      { kind: 'pods' },
    ],
    [
      'DELETE',
      '/api/v1/namespaces/default',
      'namespaces "default" is forbidden: User "system:anonymous" cannot delete resource "namespaces" in API group "" in the namespace "default"',
      { name: 'default', kind: 'namespaces' },
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods/web/log',
      'pods "web" is forbidden: User "system:anonymous" cannot get resource "pods/log" in API group "" in the namespace "default"',
      { name: 'web', kind: 'pods' },
    ],
    [
      'GET',
      '/apis/nothing.example.com/v1/things',
      'things.nothing.example.com is forbidden: User "system:anonymous" cannot list resource "things" in API group "nothing.example.com" at the cluster scope',
      { group: 'nothing.example.com', kind: 'things' },
    ],
  ])('is refused %s %s', async (method, path, message, details) => {
    const { status, body } = await cluster.send(method, path, undefined, nobody);
    expect(status).toBe(403);
    expect(body).toMatchObject({ message, reason: 'Forbidden', code: 403 });
    expect(body.details).toEqual(details);
  });
});

it.each(['/version', '/healthz', '/api/v1/pods'])(
  'a token that nobody issued opens nothing, not even %s',
  async (path) => {
    const { status, headers, body } = await cluster.get(path, { token: 'not-a-token' });
    expect(status).toBe(401);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
  },
);

it('a signed token of somebody else opens nothing', async () => {
  const forged = ['{"alg":"none"}', '{"sub":"system:serviceaccount:default:default"}', '']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  expect((await cluster.get('/version', { token: forged })).status).toBe(401);
});

it.skipIf(!cluster.ours)('says who asks', async () => {
  const { status, body } = await cluster.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
  expect(status).toBe(201);
  expect(body.kind).toBe('SelfSubjectReview');
  expect(body.status.userInfo.groups).toEqual(['system:masters', 'system:authenticated']);
});

describe.skipIf(!cluster.ours)('somebody who may impersonate', () => {
  const whoami = async (headers: Record<string, string>) => {
    const { body } = await cluster.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { headers });
    return body.status.userInfo;
  };

  it('asks as another user', async () => {
    expect(await whoami({ 'impersonate-user': 'bob' })).toEqual({ username: 'bob', groups: ['system:authenticated'] });
  });

  it('asks with groups, an id and more', async () => {
    const headers = {
      'impersonate-user': 'bob',
      'impersonate-uid': '7',
      'impersonate-group': 'a',
      'impersonate-extra-scopes': 'x',
    };
    expect(await whoami(headers)).toEqual({
      username: 'bob',
      uid: '7',
      groups: ['a', 'system:authenticated'],
      extra: { scopes: ['x'] },
    });
  });

  it('asks as a ServiceAccount, with its groups', async () => {
    expect(await whoami({ 'impersonate-user': 'system:serviceaccount:shop:cart' })).toEqual({
      username: 'system:serviceaccount:shop:cart',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    });
  });

  it('may then do no more than that user', async () => {
    const { status, body } = await cluster.get('/api/v1/namespaces/default/pods', {
      headers: { 'impersonate-user': 'bob' },
    });
    expect(status).toBe(403);
    expect(body.message).toBe(
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
    );
  });

  it('must say which user', async () => {
    const { status, body } = await cluster.get('/api/v1/pods', { headers: { 'impersonate-group': 'a' } });
    expect(status).toBe(400);
    expect(body.message).toBe(
      'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"a"}, Extra:map[string][]string(nil)} without impersonating a user name',
    );
  });
});
