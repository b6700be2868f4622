import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const merge = { 'content-type': 'application/merge-patch+json' };
await cluster.post(maps, { metadata: { name: 'there' }, data: { a: 'b' } });
const noMethod = 'the server does not allow this method on the requested resource';
const nowhere = 'the server could not find the requested resource';

/** Method and path → code and message; these Status have empty details. */
const paths: [method: string, path: string, code: number, message: string][] = [
  ['GET', '/api/v1/foos', 404, nowhere],
  ['POST', '/api/v1/foos', 404, nowhere],
  ['GET', `/api/v1/namespaces/${namespace}/foos/x`, 404, nowhere],
  ['GET', '/apis/apps/v7/deployments', 404, nowhere],
  ['GET', '/api/v2', 404, nowhere],
  ['GET', `${maps}/there/foo`, 404, nowhere],
  ['GET', `${maps}/there/status`, 404, nowhere],
  ['GET', `${maps}/there/a/b`, 404, nowhere],
  ['GET', `/api/v1//namespaces/${namespace}/configmaps/there`, 404, nowhere],
  ['GET', '/api/v1/watch/foos', 404, nowhere],
  ['POST', `${maps}/there`, 405, noMethod],
  ['PUT', maps, 405, noMethod],
  ['PATCH', maps, 405, noMethod],
  ['OPTIONS', maps, 405, noMethod],
  ['POST', '/api/v1/configmaps', 405, noMethod],
  ['DELETE', '/api/v1/configmaps', 405, noMethod],
  ['DELETE', '/api/v1/namespaces', 405, noMethod],
  ['DELETE', `${deployments}/none/status`, 405, noMethod],
  ['POST', `${deployments}/none/status`, 405, noMethod],
  ['GET', `/api/v1/namespaces/${namespace}/pods/none/eviction`, 405, noMethod],
  ['GET', `/api/v1/namespaces/${namespace}/pods/none/binding`, 405, noMethod],
];

it.each(paths)('%s %s is %i', async (method, path, code, message) => {
  const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? {} : undefined;
  const answer = await cluster.send(method, path, body, { headers: method === 'PATCH' ? merge : {} });
  expect(answer.body).toMatchObject({ status: 'Failure', code, message, details: {} });
  expect([answer.status, answer.body.reason]).toEqual([code, code === 404 ? 'NotFound' : 'MethodNotAllowed']);
});

it.each(['/foo', '/foo/bar', '/apis/foo/v1', '/apis/foo.example.com/v1/bars'])('%s is a plain 404', async (path) => {
  const { status, headers, text } = await cluster.get(path);
  expect([status, text]).toEqual([404, '404 page not found\n']);
  expect(headers['content-type']).toMatch(/^text\/plain/);
});

it('HEAD is no method of resources', async () => {
  expect(await cluster.send('HEAD', maps)).toMatchObject({ status: 405, text: '' });
});
