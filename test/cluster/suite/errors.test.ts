import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import { expectFailure } from '../support/failure.ts';
import type { HttpAnswer } from '../support/http.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const core = `/api/v1/namespaces/${namespace}`;
const maps = `${core}/configmaps`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
await cluster.post(maps, { metadata: { name: 'c' }, data: { a: 'b' } });
const deployment = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'd' } },
    template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
  },
});
await cluster.patch(`${deployments}/d`, deployment(0), 'apply-patch+yaml', { query: { fieldManager: 'one' } });

/** As many changes of a kind as a sandbox remembers, at the least. */
const changesKept = 4_100;

const modified =
  'Operation cannot be fulfilled on configmaps "c": the object has been modified; please apply your changes to the latest version and try again';

it('an old version is 409 Conflict, in PUT and in PATCH', async () => {
  const details = { name: 'c', kind: 'configmaps' };
  const old = { metadata: { name: 'c', resourceVersion: '1' } };
  expectFailure(await cluster.put(`${maps}/c`, old), 409, 'Conflict', modified, details);
  expectFailure(await cluster.patch(`${maps}/c`, old, 'merge-patch+json'), 409, 'Conflict', modified, details);
});

it('a UID that is another one is 409 Conflict', async () => {
  const { uid } = (await cluster.get(`${maps}/c`)).body.metadata;
  const message = `Operation cannot be fulfilled on ConfigMap "c": the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
  const answer = await cluster.remove(`${maps}/c`, { preconditions: { uid: 'x' } });
  expectFailure(answer, 409, 'Conflict', message, { name: 'c', kind: 'ConfigMap' });
});

it('what is there already is 409 AlreadyExists', async () => {
  const details = { name: 'd', group: 'apps', kind: 'deployments' };
  const answer = await cluster.post(deployments, deployment(0));
  expectFailure(answer, 409, 'AlreadyExists', 'deployments.apps "d" already exists', details);
});

it('a field of another manager is 409 Conflict, with the field', async () => {
  const query = { fieldManager: 'two' };
  const answer = await cluster.patch(`${deployments}/d`, deployment(1), 'apply-patch+yaml', { query });
  const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.replicas' }];
  const message = 'Apply failed with 1 conflict: conflict with "one": .spec.replicas';
  expectFailure(answer, 409, 'Conflict', message, { causes });
});

it('a selector that changes is 422 Invalid, with each cause', async () => {
  const patch = { spec: { selector: { matchLabels: { app: 'e' } } } };
  const causes = [
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: {"app":"d"}: `selector` does not match template `labels`',
      field: 'spec.template.metadata.labels',
    },
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: {"matchLabels":{"app":"e"}}: field is immutable',
      field: 'spec.selector',
    },
  ];
  const all = causes.map(({ field, message }) => `${field}: ${message}`).join(', ');
  const answer = await cluster.patch(`${deployments}/d`, patch, 'merge-patch+json');
  const details = { name: 'd', group: 'apps', kind: 'Deployment', causes };
  expectFailure(answer, 422, 'Invalid', `Deployment.apps "d" is invalid: [${all}]`, details);
});

it('a name that is none is 422 Invalid', async () => {
  const message =
    "Invalid value: \"Bad_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  const causes = [{ reason: 'FieldValueInvalid', message, field: 'metadata.name' }];
  const answer = await cluster.post(maps, { metadata: { name: 'Bad_' } });
  const whole = `ConfigMap "Bad_" is invalid: metadata.name: ${message}`;
  expectFailure(answer, 422, 'Invalid', whole, { name: 'Bad_', kind: 'ConfigMap', causes });
});

it('a test of a JSON patch that fails is 422 Invalid', async () => {
  const patch = [{ op: 'test', path: '/data/a', value: 'x' }];
  const message = 'the server rejected our request due to an error in our request';
  expectFailure(await cluster.patch(`${maps}/c`, patch, 'json-patch+json'), 422, 'Invalid', message, {});
});

it('a patch that makes another kind of it is 422 Invalid', async () => {
  const { status, body } = await cluster.patch(`${maps}/c`, { kind: 'Foo' }, 'merge-patch+json');
  expect([status, body.reason, body.details.causes.length, body.details.causes[0].field]).toEqual([
    422,
    'Invalid',
    1,
    'patch',
  ]);
  expect(body.message).toMatch(
    /^ "" is invalid: patch: Invalid value: "\{.*no kind "Foo" is registered for version "v1"/s,
  );
  const merged = await cluster.patch(`${maps}/c`, { kind: 'Foo' }, 'strategic-merge-patch+json');
  expect([merged.status, merged.body.kind]).toEqual([200, 'ConfigMap']);
});

it('an unknown field is 400 where fields are strict', async () => {
  const answer = await cluster.post(
    maps,
    { metadata: { name: 'z' }, dato: 1 },
    { query: { fieldValidation: 'Strict' } },
  );
  const message =
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dato"';
  expectFailure(answer, 400, 'BadRequest', message);
});

it('a quota that is used up is 403 Forbidden', async () => {
  const name = 'q';
  await cluster.post(`${core}/resourcequotas`, { metadata: { name }, spec: { hard: { 'count/services': '1' } } });
  await cluster.until(`${core}/resourcequotas/${name}`, ({ body }) => body.status?.used !== undefined);
  const service = (own: string) => ({ metadata: { name: own }, spec: { ports: [{ port: 80 }] } });
  expect((await cluster.post(`${core}/services`, service('s1'))).status).toBe(201);
  const message =
    'services "s2" is forbidden: exceeded quota: q, requested: count/services=1, used: count/services=1, limited: count/services=1';
  const answer = await cluster.post(`${core}/services`, service('s2'));
  expectFailure(answer, 403, 'Forbidden', message, { name: 's2', kind: 'services' });
});

/** A version that nobody remembers; undefined where a server began minutes ago and has forgotten nothing yet. */
async function forgotten(): Promise<HttpAnswer | undefined> {
  const query = { resourceVersion: '1', resourceVersionMatch: 'Exact' };
  // The sandbox forgets by the number of changes, etcd by time.
  for (let change = 0; cluster.on === 'sandbox' && change < changesKept; change += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        cluster.patch(`${maps}/c`, { data: { at: `${change}-${at}` } }, 'merge-patch+json'),
      ),
    );
  const answer = await cluster.get(maps, { query });
  return answer.status === 200 ? undefined : answer;
}

it('a version that is forgotten is 410 Expired, a token of it too, with one to go on anyhow', async () => {
  const listed = await forgotten();
  if (!listed) return expect(cluster.on).not.toBe('sandbox');
  expectFailure(listed, 410, 'Expired', 'The resourceVersion for the provided list is too old.');
  const token = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const start = 'a\u0000';
  const answer = await cluster.get(maps, { query: { continue: token({ v: 'meta.k8s.io/v1', rv: 1, start }) } });
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  const metadata = { continue: token({ v: 'meta.k8s.io/v1', rv: -1, start }) };
  expectFailure(answer, 410, 'Expired', message, undefined, metadata);
});

it('a version that is still to come is 504, with when to ask again', async () => {
  const answer = await cluster.get(maps, { query: { resourceVersion: '999999999' } });
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  const message = expect.stringMatching(/^Timeout: Too large resource version: 999999999, current: \d+$/);
  expectFailure(answer, 504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
  expect(answer.headers['retry-after']).toBe('1');
});

it('an eviction that a budget does not allow is 429', async () => {
  const labels = { app: 'z' };
  const selector = { matchLabels: labels };
  const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  await cluster.post(budgets, { metadata: { name: 'b' }, spec: { minAvailable: 5, selector } });
  const spec = { containers: [{ name: 'a', image: 'nginx' }] };
  await cluster.post(`${core}/pods`, { metadata: { name: 'p', labels }, spec });
  await cluster.until(`${budgets}/b`, ({ body }) => body.status?.currentHealthy === 1);
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };
  const answer = await cluster.post(`${core}/pods/p/eviction`, eviction);
  const message = 'The disruption budget b needs 5 healthy pods and has 1 currently';
  const details = { causes: [{ reason: 'DisruptionBudget', message }] };
  const words = "Cannot evict pod as it would violate the pod's disruption budget.";
  expectFailure(answer, 429, 'TooManyRequests', words, details);
});

it('who may not is 403, who is not known 401', async () => {
  const forbidden = async (method: string, path: string, what: string, details: object) => {
    const answer = await cluster.send(method, path, undefined, { headers: { 'impersonate-user': 'nobody' } });
    expectFailure(answer, 403, 'Forbidden', what, details);
  };
  const here = `in the namespace "${namespace}"`;
  const may = (what: string) => `is forbidden: User "nobody" cannot ${what}`;
  await forbidden('GET', maps, `configmaps ${may(`list resource "configmaps" in API group "" ${here}`)}`, {
    kind: 'configmaps',
  });
  await forbidden(
    'GET',
    '/api/v1/nodes',
    `nodes ${may('list resource "nodes" in API group "" at the cluster scope')}`,
    {
      kind: 'nodes',
    },
  );
  const remove = `deployments.apps "d" ${may(`delete resource "deployments" in API group "apps" ${here}`)}`;
  await forbidden('DELETE', `${deployments}/d`, remove, { name: 'd', group: 'apps', kind: 'deployments' });
  await forbidden('GET', '/metrics', 'forbidden: User "nobody" cannot get path "/metrics"', {});
  expectFailure(await cluster.get(maps, { token: 'nobody' }), 401, 'Unauthorized', 'Unauthorized');
});
