import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const merge = { 'content-type': 'application/merge-patch+json' };
await cluster.post(maps, { metadata: { name: 'there' }, data: { a: 'b' } });

const listOptions = 'ListOptions.meta.k8s.io "" is invalid: ';
const forbiddenMatch = `${listOptions}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden`;
const noMethod = 'the server does not allow this method on the requested resource';
const nowhere = 'the server could not find the requested resource';
const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const badToken = 'invalid continue token: continue key is not valid: ';
const unable = 'unable to parse requirement: ';
const keyShape =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** Query of a list → code, reason and the whole message. */
const lists: [query: Record<string, string>, code: number, reason: string | undefined, message: string][] = [
  [{ labelSelector: 'a in' }, 400, 'BadRequest', `${unable}found '' expected: '('`],
  [{ labelSelector: 'a=b,,c' }, 400, 'BadRequest', "found ',', expected: identifier after ','"],
  [{ labelSelector: 'a===b' }, 400, 'BadRequest', `${unable}found '=', expected: identifier`],
  [{ labelSelector: 'a=!b' }, 400, 'BadRequest', `${unable}found '!', expected: identifier`],
  [{ labelSelector: 'a in (b' }, 400, 'BadRequest', `${unable}found '', expected: ',' or ')'`],
  [{ labelSelector: 'x=b b' }, 400, 'BadRequest', "found 'b', expected: ',' or 'end of string'"],
  [{ labelSelector: 'x y' }, 400, 'BadRequest', `${unable}found 'y', expected: in, notin, =, ==, !=, gt, lt`],
  [{ labelSelector: '!' }, 400, 'BadRequest', `${unable}found '', expected: identifier`],
  [{ labelSelector: 'a=b,' }, 400, 'BadRequest', "found '', expected: identifier after ','"],
  [{ labelSelector: '(a)' }, 400, 'BadRequest', "found '(', expected: !, identifier, or 'end of string'"],
  [{ labelSelector: '_x=b' }, 400, 'BadRequest', `${unable}<nil>: Invalid value: "_x": name part ${keyShape}`],
  [
    { labelSelector: 'a/b/c=1' },
    400,
    'BadRequest',
    `${unable}<nil>: Invalid value: "a/b/c": a valid label key ${keyShape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
  ],
  [
    { labelSelector: 'x>a' },
    400,
    'BadRequest',
    `${unable}values[0]: Invalid value: "a": for 'Gt', 'Lt' operators, the value must be an integer`,
  ],
  [
    { labelSelector: `a=${'x'.repeat(64)}` },
    400,
    'BadRequest',
    `${unable}values[0][a]: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`,
  ],
  [
    { fieldSelector: 'foo=bar' },
    400,
    'BadRequest',
    '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  [
    { fieldSelector: 'metadata.name=a,foo' },
    400,
    'BadRequest',
    "invalid selector: 'metadata.name=a,foo'; can't understand 'foo'",
  ],
  [{ fieldSelector: 'metadata.name=a\\x' }, 400, 'BadRequest', 'invalid field selector: invalid escape sequence: \\x'],
  [{ limit: 'abc' }, 400, 'BadRequest', 'strconv.ParseInt: parsing "abc": invalid syntax'],
  [{ limit: '1.5' }, 400, 'BadRequest', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
  [{ limit: '9'.repeat(20) }, 400, 'BadRequest', `strconv.ParseInt: parsing "${'9'.repeat(20)}": value out of range`],
  [{ timeoutSeconds: 'abc' }, 400, 'BadRequest', 'strconv.ParseInt: parsing "abc": invalid syntax'],
  [{ continue: '%7B' }, 400, 'BadRequest', `${badToken}illegal base64 data at input byte 0`],
  [
    { continue: token({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }) },
    400,
    'BadRequest',
    `${badToken}incorrect encoded start resourceVersion (version meta.k8s.io/v1)`,
  ],
  [
    { continue: token({ v: 'meta.k8s.io/v1', rv: 5 }) },
    400,
    'BadRequest',
    `${badToken}encoded start key empty (version meta.k8s.io/v1)`,
  ],
  [
    { continue: token({ v: 'v2', rv: 5, start: 'a' }) },
    400,
    'BadRequest',
    `${badToken}server does not recognize this encoded version v2`,
  ],
  [{ continue: token({ v: 'meta.k8s.io/v1', rv: 5, start: '../x' }) }, 400, 'BadRequest', `${badToken}../x`],
  [
    { continue: token({ v: 'meta.k8s.io/v1', rv: 5, start: 'a' }), resourceVersion: '5' },
    400,
    'BadRequest',
    'specifying resource version is not allowed when using continue',
  ],
  [
    { resourceVersion: 'abc' },
    400,
    'BadRequest',
    'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [{ resourceVersionMatch: 'Exact' }, 422, 'Invalid', `${forbiddenMatch} unless resourceVersion is provided`],
  [
    { resourceVersionMatch: 'Foo', resourceVersion: '1' },
    422,
    'Invalid',
    `${listOptions}resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""`,
  ],
  [
    { resourceVersionMatch: 'Exact', resourceVersion: '0' },
    422,
    'Invalid',
    `${listOptions}resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
  ],
  [
    { resourceVersionMatch: 'Exact', resourceVersion: '1', continue: 'abc' },
    422,
    'Invalid',
    `${forbiddenMatch} when continue is provided`,
  ],
  [
    { sendInitialEvents: 'true' },
    422,
    'Invalid',
    `${listOptions}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
  ],
  [
    { watch: 'true', sendInitialEvents: 'true' },
    422,
    'Invalid',
    `${listOptions}resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`,
  ],
  [
    { watch: 'true', resourceVersionMatch: 'NotOlderThan', resourceVersion: '1' },
    422,
    'Invalid',
    `${forbiddenMatch} for watch unless sendInitialEvents is provided`,
  ],
  [
    { watch: 'true', resourceVersionMatch: 'Exact', resourceVersion: '1' },
    422,
    'Invalid',
    `${listOptions}[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]`,
  ],
  [{ watch: 'true', continue: 'abc' }, 422, 'Invalid', `${forbiddenMatch} when continue is provided`],
  [
    { watch: 'true', resourceVersion: 'abc' },
    500,
    undefined,
    'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  ],
];

it.each(lists)('a list with %j is %i %s', async (query, code, reason, message) => {
  const { status, body } = await cluster.get(maps, { query });
  expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, message });
  expect([status, body.reason]).toEqual([code, reason]);
});

it('a version that is still to come is 504, with when to ask again', async () => {
  const wanted: Record<string, string>[] = [
    { resourceVersion: '999999999' },
    { resourceVersion: '999999999', resourceVersionMatch: 'Exact' },
  ];
  for (const query of wanted) {
    const { status, headers, body } = await cluster.get(maps, { query });
    expect([status, headers['retry-after']]).toEqual([504, '1']);
    expect(body).toMatchObject({
      reason: 'Timeout',
      message: expect.stringMatching(/^Timeout: Too large resource version: 999999999, current: \d+$/),
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    });
  }
});

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

/** Of writes: the body, where, and what is said. */
const createOptions = 'CreateOptions.meta.k8s.io "" is invalid: ';
const writes: [what: string, method: string, path: string, body: unknown, code: number, message: string][] = [
  [
    'no name',
    'POST',
    maps,
    {},
    422,
    'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  ],
  [
    'a resource version',
    'POST',
    maps,
    { metadata: { name: 'x', resourceVersion: '1' } },
    500,
    'resourceVersion should not be set on objects to be created',
  ],
  [
    'another namespace',
    'POST',
    maps,
    { metadata: { name: 'x', namespace: 'other' } },
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    'an unknown kind',
    'POST',
    maps,
    { kind: 'Foo', apiVersion: 'v1', metadata: { name: 'x' } },
    400,
    'Foo in version "v1" cannot be handled as a ConfigMap: no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    'an unknown version',
    'POST',
    maps,
    { kind: 'ConfigMap', apiVersion: 'v2', metadata: { name: 'x' } },
    400,
    'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    'another version of the kind',
    'POST',
    deployments,
    { kind: 'Deployment', apiVersion: 'apps/v1beta1', metadata: { name: 'x' } },
    400,
    'the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)',
  ],
  [
    'a namespace that is not',
    'POST',
    '/api/v1/namespaces/nowhere/configmaps',
    { metadata: { name: 'x' } },
    404,
    'namespaces "nowhere" not found',
  ],
  [
    'an unknown dryRun',
    'POST',
    `${maps}?dryRun=Some`,
    { metadata: { name: 'x' } },
    422,
    `${createOptions}dryRun: Unsupported value: ["Some"]: supported values: "All"`,
  ],
  [
    'a long field manager',
    'POST',
    `${maps}?fieldManager=${'a'.repeat(129)}`,
    { metadata: { name: 'x' } },
    422,
    `${createOptions}fieldManager: Too long: may not be more than 128 bytes`,
  ],
  [
    'an unknown fieldValidation',
    'POST',
    `${maps}?fieldValidation=Some`,
    { metadata: { name: 'x' } },
    422,
    `${createOptions}fieldValidation: Unsupported value: "Some": supported values: "", "Ignore", "Strict", "Warn"`,
  ],
  [
    'another name',
    'PUT',
    `${maps}/there`,
    { metadata: { name: 'other' } },
    400,
    'the name of the object (other) does not match the name on the URL (there)',
  ],
  [
    'no name to replace',
    'PUT',
    `${maps}/there`,
    {},
    400,
    'the name of the object (there based on URL) was undeterminable: name must be provided',
  ],
  ['nothing to replace', 'PUT', `${maps}/none`, { metadata: { name: 'none' } }, 404, 'configmaps "none" not found'],
  [
    'no version',
    'PUT',
    `${maps}/there`,
    { metadata: { name: 'there', resourceVersion: 'abc' } },
    500,
    'strconv.ParseUint: parsing "abc": invalid syntax',
  ],
  [
    'another UID in a patch',
    'PATCH',
    `${maps}/there`,
    { metadata: { uid: 'other' } },
    422,
    'ConfigMap "there" is invalid: metadata.uid: Invalid value: "other": field is immutable',
  ],
  [
    'force without apply',
    'PATCH',
    `${maps}/there?force=true`,
    {},
    422,
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  ],
  [
    'an unknown policy',
    'DELETE',
    `${maps}/there?propagationPolicy=Foo`,
    undefined,
    422,
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Foo": supported values: "Foreground", "Background", "Orphan", "nil"',
  ],
  [
    'two policies',
    'DELETE',
    `${maps}/there`,
    { propagationPolicy: 'Orphan', orphanDependents: true },
    422,
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
  ],
  [
    'a grace that is no number',
    'DELETE',
    `${maps}/there?gracePeriodSeconds=abc`,
    undefined,
    400,
    'strconv.ParseInt: parsing "abc": invalid syntax',
  ],
  [
    'options of another kind',
    'DELETE',
    `${maps}/there`,
    { kind: 'Foo', apiVersion: 'v1' },
    400,
    'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  ['nothing to delete', 'DELETE', `${maps}/none`, undefined, 404, 'configmaps "none" not found'],
];

it.each(writes)('a write with %s', async (_, method, path, sent, code, message) => {
  const { status, body } = await cluster.send(method, path, sent, { headers: method === 'PATCH' ? merge : {} });
  expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code, message });
  expect(status).toBe(code);
});

it('preconditions name what they found', async () => {
  const { body } = await cluster.get(`${maps}/there`);
  const { uid, resourceVersion } = body.metadata;
  const byUid = await cluster.remove(`${maps}/there`, { preconditions: { uid: 'x' } });
  expect(byUid.body).toMatchObject({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ConfigMap "there": the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    details: { name: 'there', kind: 'ConfigMap' },
  });
  const byVersion = await cluster.remove(`${maps}/there`, { preconditions: { resourceVersion: '1' } });
  expect(byVersion.body.message).toBe(
    `Operation cannot be fulfilled on ConfigMap "there": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
  );
  const replaced = await cluster.put(`${maps}/there`, { metadata: { name: 'there', uid: 'x' } });
  expect(replaced.body.message).toBe(
    `Operation cannot be fulfilled on configmaps "there": StorageError: invalid object, Code: 4, Key: /registry/configmaps/${namespace}/there, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: x, UID in object meta: ${uid}`,
  );
});
