import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';
import { configMap, inDefault } from './objects.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

const json = { 'content-type': 'application/json' };

describe('the door', () => {
  test.each([
    ['no token', '', 403],
    ['another token', 'Bearer wrong', 401],
    ['another scheme', 'Basic d3Jvbmc6d3Jvbmc=', 403],
  ])('%s is refused with a Status', async (_, authorization, code) => {
    const answer = await api.send('GET', '/api/v1/namespaces', { headers: { authorization } });
    expect(answer.status).toBe(code);
    expect(answer.json).toMatchObject({ kind: 'Status', status: 'Failure', code });
  });

  test('a certificate that nobody signed for this start is not trusted', async () => {
    await expect(fetch(`${api.server.url}/version`)).rejects.toThrow();
  });

  test('whether it lives is told to everybody', async () => {
    expect((await api.send('GET', '/livez', { headers: { authorization: '' } })).text).toBe('ok');
  });
});

describe('bodies', () => {
  test('an unknown media type is 415', async () => {
    const headers = { 'content-type': 'application/cbor' };
    const answer = await api.send('POST', `${inDefault}/configmaps`, { body: 'k8s', headers });
    expect(answer).toMatchObject({ status: 415, json: { reason: 'UnsupportedMediaType' } });
  });

  test('more than 3 MB is 413', async () => {
    const body = JSON.stringify(configMap('big', { text: 'x'.repeat(3 * 1024 * 1024) }));
    expect((await api.send('POST', `${inDefault}/configmaps`, { body, headers: json })).status).toBe(413);
  });

  test.each(['[]', '"text"', '{', ''])('%s is no object', async (body) => {
    expect((await api.send('POST', `${inDefault}/configmaps`, { body, headers: json })).status).toBe(400);
  });

  test('another kind or version than the path says is 400', async () => {
    const kind = JSON.stringify({ ...configMap('a'), kind: 'Secret' });
    const version = JSON.stringify({ ...configMap('a'), apiVersion: 'v2' });
    for (const body of [kind, version])
      expect((await api.send('POST', `${inDefault}/configmaps`, { body, headers: json })).status).toBe(400);
  });

  const pods = `${inDefault}/pods`;
  test.each([
    ['a name', `${inDefault}/configmaps`, { metadata: { name: 5 } }, 'metadata.name of type string'],
    ['labels', `${inDefault}/configmaps`, { metadata: { name: 'a', labels: 'x' } }, 'metadata.labels'],
    ['a spec', pods, { metadata: { name: 'a' }, spec: 'x' }, 'Pod.spec of type v1.PodSpec'],
    ['containers', pods, { metadata: { name: 'a' }, spec: { containers: [5] } }, 'PodSpec.spec.containers'],
  ])('%s of another type is 400, in the words of a real server', async (_, path, object, words) => {
    const answer = await api.send('POST', path, { body: JSON.stringify(object), headers: json });
    expect(answer.status).toBe(400);
    expect(answer.json.message).toContain('cannot unmarshal');
    expect(answer.json.message).toContain(words);
  });

  test('a status of another type is refused, so that it cannot spoil the lists of others', async () => {
    const spec = { containers: [{ name: 'main', image: 'web:1' }] };
    await api.client.create(pods, { metadata: { name: 'typed' }, spec });
    for (const status of ['x', { containerStatuses: 'x' }, { conditions: [5] }])
      await expect(api.client.patch(`${pods}/typed/status`, { status }, 'merge')).rejects.toMatchObject({
        status: 422,
      });
    await api.client.patch(`${pods}/typed/status`, { status: { conditions: [null] } }, 'merge');
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    expect((await api.send('GET', pods, { headers: { accept } })).status).toBe(200);
    await api.client.remove(`${pods}/typed`, { gracePeriodSeconds: 0 });
  });

  test('what is nested without end is 400', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const body = `{"metadata":{"name":"deep"},"data":${deep}}`;
    const answer = await api.send('POST', `${inDefault}/configmaps`, { body, headers: json });
    expect(answer).toMatchObject({ status: 400, json: { reason: 'BadRequest' } });
  });

  test('YAML is read too', async () => {
    const body = 'metadata:\n  name: from-yaml\ndata:\n  a: "1"\n';
    const headers = { 'content-type': 'application/yaml' };
    const answer = await api.send('POST', `${inDefault}/configmaps`, { body, headers });
    expect(answer).toMatchObject({ status: 201, json: { kind: 'ConfigMap', data: { a: '1' } } });
  });
});

describe('what is not there', () => {
  test('an unknown group is a plain 404', async () => {
    const answer = await api.send('GET', '/apis/nowhere.io/v1/things');
    expect(answer).toMatchObject({ status: 404, text: '404 page not found\n' });
  });

  test('an unknown resource of a known group is a Status', async () => {
    const answer = await api.send('GET', '/api/v1/things');
    expect(answer).toMatchObject({ status: 404, json: { reason: 'NotFound' } });
  });

  test('exec in a pod that does not exist is a 404', async () => {
    const answer = await api.send('POST', `${inDefault}/pods/any/exec`);
    expect(answer).toMatchObject({ status: 404, json: { message: 'pods "any" not found' } });
  });
});

describe('discovery', () => {
  test('the version is told', async () => {
    expect((await api.send('GET', '/version')).json).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.2' });
  });

  test('the legacy lists name every resource, subresources without short names', async () => {
    const { resources } = (await api.send('GET', '/apis/apps/v1')).json;
    const named = (name: string) => resources.find((one: { name: string }) => one.name === name);
    expect(named('deployments')).toMatchObject({ kind: 'Deployment', shortNames: ['deploy'], categories: ['all'] });
    expect(named('deployments/scale')).toMatchObject({ kind: 'Scale', group: 'autoscaling' });
    expect(named('deployments/scale').shortNames).toBeUndefined();
  });

  test('the aggregated list holds all groups', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const answer = await api.send('GET', '/apis', { headers: { accept } });
    expect(answer.headers['content-type']).toBe(accept);
    const names = answer.json.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    expect(names).toEqual(expect.arrayContaining(['apps', 'batch', 'networking.k8s.io']));
  });

  test('OpenAPI says that PATCH validates fields', async () => {
    const index = (await api.send('GET', '/openapi/v3')).json;
    const document = (await api.send('GET', index.paths['apis/apps/v1'].serverRelativeURL)).json;
    const { patch } = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(patch.parameters.map(({ name }: { name: string }) => name)).toContain('fieldValidation');
  });

  test('OpenAPI v2 describes nothing, in the protobuf that kubectl asks for before it applies a List', async () => {
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const answer = await api.send('GET', '/openapi/v2?timeout=32s', { headers: { accept } });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers['content-type']).toContain('protobuf');
    expect((await api.send('GET', '/openapi/v2')).json).toMatchObject({ swagger: '2.0', definitions: {} });
  });

  test('the owner may do everything', async () => {
    const body = JSON.stringify({ spec: { resourceAttributes: { verb: 'create', resource: 'pods' } } });
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const answer = await api.send('POST', path, { body, headers: json });
    expect(answer).toMatchObject({ status: 201, json: { status: { allowed: true } } });
  });
});
