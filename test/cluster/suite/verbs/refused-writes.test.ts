import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const merge = { 'content-type': 'application/merge-patch+json' };
await cluster.post(maps, { metadata: { name: 'there' }, data: { a: 'b' } });

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
