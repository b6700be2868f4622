import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
let maps = '';
let deployments = '';
beforeAll(async () => {
  const namespace = await cluster.namespace();
  maps = `/api/v1/namespaces/${namespace}/configmaps`;
  deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
});
afterAll(() => cluster.close());

let count = 0;
const newName = () => `applied-${++count}`;
const map = (data?: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  ...(data ? { data } : {}),
});
const apply = (name: string, object: ReturnType<typeof map>, fieldManager: string, query: object = {}) => {
  const named = { ...object, metadata: { name, ...object.metadata } };
  return cluster.patch(`${maps}/${name}`, named, 'apply-patch+yaml', { query: { fieldManager, ...query } });
};
const merge = (name: string, object: unknown, query: object = {}) =>
  cluster.patch(`${maps}/${name}`, object, 'merge-patch+json', { query: { ...query } });

interface Entry {
  manager: string;
  operation: string;
  fieldsV1: { 'f:data'?: Record<string, unknown> };
}
/** Which keys of the data each manager owns. */
const owners = (body: { metadata: { managedFields?: Entry[] } }) =>
  Object.fromEntries(
    (body.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      Object.keys(fieldsV1['f:data'] ?? {})
        .filter((part) => part !== '.')
        .map((part) => part.slice(2))
        .sort()
        .join(),
    ]),
  );

describe('applying', () => {
  it('creates what is not there, and changes nothing the second time', async () => {
    const name = newName();
    const first = await apply(name, map({ a: '1' }), 'one');
    expect(first.status).toBe(201);
    const second = await apply(name, map({ a: '1' }), 'one');
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
  });

  it('takes away what its manager does not say any more, unless somebody else has it', async () => {
    const name = newName();
    await apply(name, map({ a: '1', b: '2', c: '3' }), 'one');
    await apply(name, map({ b: '2' }), 'two');
    const { body } = await apply(name, map({ c: '3' }), 'one');
    expect(body.data).toEqual({ b: '2', c: '3' });
    expect(owners(body)).toEqual({ 'one Apply': 'c', 'two Apply': 'b' });
  });

  it('shares what says the same, and conflicts with what says otherwise', async () => {
    const name = newName();
    await apply(name, map({ a: '1', b: '2' }), 'one');
    const shared = await apply(name, map({ a: '1' }), 'two');
    expect(owners(shared.body)).toEqual({ 'one Apply': 'a,b', 'two Apply': 'a' });
    const { status, body } = await apply(name, map({ a: '5', b: '6' }), 'three');
    expect(status).toBe(409);
    expect(body.message).toBe(
      'Apply failed with 3 conflicts: conflicts with "one":\n- .data.a\n- .data.b\nconflicts with "two":\n- .data.a',
    );
    const causes = body.details.causes.map(
      (cause: { message: string; field: string }) => `${cause.field} ${cause.message}`,
    );
    expect(causes.sort()).toEqual([
      '.data.a conflict with "one"',
      '.data.a conflict with "two"',
      '.data.b conflict with "one"',
    ]);
  });

  it('takes by force', async () => {
    const name = newName();
    await apply(name, map({ a: '1', b: '2' }), 'one');
    const { body } = await apply(name, map({ a: '5' }), 'two', { force: true });
    expect(body.data).toEqual({ a: '5', b: '2' });
    expect(owners(body)).toEqual({ 'one Apply': 'b', 'two Apply': 'a' });
    const all = await apply(name, map({ a: '5', b: '6' }), 'two', { force: true });
    expect(owners(all.body)).toEqual({ 'two Apply': 'a,b' });
  });

  it('loses what others write over it, and conflicts with them then', async () => {
    const name = newName();
    await apply(name, map({ a: '1', b: '2' }), 'one');
    const written = await merge(name, { data: { a: '3', b: null } }, { fieldManager: 'writer' });
    expect(owners(written.body)).toEqual({ 'writer Update': 'a' });
    const { status, body } = await apply(name, map({ a: '1' }), 'one');
    expect(status).toBe(409);
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "writer" using v1: .data.a');
  });

  it('follows an object that nobody followed so far', async () => {
    const name = newName();
    await cluster.post(maps, map({ a: '1' }, { name }));
    const reset = await merge(name, { metadata: { managedFields: [{}] } });
    expect(reset.body.metadata.managedFields).toBeUndefined();
    const kept = await merge(name, { data: { b: '2' } });
    expect(kept.body.metadata.managedFields).toBeUndefined();
    const { body } = await apply(name, map({ c: '3' }), 'one');
    expect(owners(body)).toEqual({ 'before-first-apply Update': 'a,b', 'one Apply': 'c' });
  });

  it('forgets a manager who applies nothing, and keeps entries that a client sends', async () => {
    const name = newName();
    await apply(name, map({ a: '1' }), 'one');
    await apply(name, map({ a: '1' }), 'two');
    const { body } = await apply(name, map(), 'one');
    expect(owners(body)).toEqual({ 'two Apply': 'a' });
    const entries = [{ ...body.metadata.managedFields[0], manager: 'renamed' }];
    const sent = await merge(name, { metadata: { managedFields: entries } });
    expect(owners(sent.body)).toEqual({ 'renamed Apply': 'a' });
    const ignored = await merge(name, { metadata: { managedFields: null } });
    expect(owners(ignored.body)).toEqual({ 'renamed Apply': 'a' });
  });

  it('writes nothing when it is only tried', async () => {
    const name = newName();
    const tried = await apply(name, map({ a: '1' }), 'one', { dryRun: 'All' });
    expect(tried.status).toBe(201);
    expect(owners(tried.body)).toEqual({ 'one Apply': 'a' });
    expect((await cluster.get(`${maps}/${name}`)).status).toBe(404);
  });
});

describe('who writes', () => {
  it('is named by the query, else by the user agent', async () => {
    const name = newName();
    const headers = { 'user-agent': 'tool/v1.2 (linux) extra' };
    const made = await cluster.post(maps, map({ a: '1' }, { name }), { headers });
    expect(owners(made.body)).toEqual({ 'tool Update': 'a' });
    const put = await cluster.put(`${maps}/${name}`, map({ a: '1', b: '2' }, { name }), {
      query: { fieldManager: 'named' },
    });
    expect(owners(put.body)).toEqual({ 'tool Update': 'a', 'named Update': 'b' });
  });

  it('of a status has an entry of its own', async () => {
    const name = newName();
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'busybox:1' }] } };
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { replicas: 0, paused: true, selector: { matchLabels: labels }, template },
      status: { replicas: 7 },
    };
    const query = { fieldManager: 'one' };
    const made = await cluster.patch(`${deployments}/${name}`, object, 'apply-patch+yaml', { query });
    expect(made.body.metadata.managedFields[0].fieldsV1).not.toHaveProperty('f:status');
    const condition = { type: 'Odd', status: 'True', reason: 'a', message: 'b' };
    const status = { apiVersion: 'apps/v1', kind: 'Deployment', status: { conditions: [condition] } };
    const { body } = await cluster.patch(`${deployments}/${name}/status`, status, 'apply-patch+yaml', { query });
    const entry = body.metadata.managedFields.find(
      (one: { subresource?: string }) => one.subresource === 'status' && query.fieldManager === 'one',
    );
    expect(body.status.conditions).toContainEqual(expect.objectContaining(condition));
    expect(entry).toBeDefined();
  });
});

describe('a configuration that cannot be applied', () => {
  const refused: [string, Record<string, unknown>, object, number, string][] = [
    [
      'without a manager',
      map({}),
      { fieldManager: '' },
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    [
      'of another name',
      map({}, { name: 'other' }),
      {},
      400,
      'the name of the object (other) does not match the name on the URL (refused)',
    ],
    ['without a version', { kind: 'ConfigMap' }, {}, 400, 'invalid object type: /, Kind=ConfigMap'],
    ['of another kind', { apiVersion: 'v1', kind: 'Secret' }, {}, 400, 'invalid object type: /v1, Kind=Secret'],
    ['with managers', map({}, { managedFields: [] }), {}, 400, 'metadata.managedFields must be nil'],
    [
      'of another namespace',
      map({}, { namespace: 'other' }),
      {},
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'of a UID that is not there',
      map({}, { uid: 'u' }),
      {},
      409,
      'Operation cannot be fulfilled on configmaps "refused": uid mismatch: the provided object specified uid u, and no existing object was found',
    ],
    [
      'with a field that is none',
      { ...map({}), foo: 1 },
      {},
      500,
      'failed to create typed patch object (/refused; /v1, Kind=ConfigMap): .foo: field not declared in schema',
    ],
    [
      'with a field of another type',
      map({ a: 1 }),
      {},
      500,
      'failed to create typed patch object (/refused; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}',
    ],
  ];
  it.each(refused)('%s', async (_, object, query, status, message) => {
    const { status: found, body } = await apply('refused', object as ReturnType<typeof map>, 'one', query);
    expect(body.message).toBe(message);
    expect(found).toBe(status);
  });

  it('with an item that is there twice', async () => {
    const container = { name: 'a', image: 'x' };
    const spec = { template: { spec: { containers: [container, container] } } };
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'refused' }, spec };
    const { status, body } = await cluster.patch(`${deployments}/refused`, object, 'apply-patch+yaml', {
      query: { fieldManager: 'one' },
    });
    expect(status).toBe(500);
    expect(body.message).toBe(
      'failed to create typed patch object (/refused; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name="a"]',
    );
  });

  it('of a state that is over', async () => {
    const name = newName();
    await apply(name, map({ a: '1' }), 'one');
    const { status, body } = await apply(name, map({ a: '2' }, { resourceVersion: '1' }), 'one');
    expect(status).toBe(409);
    expect(body.message).toContain('the object has been modified');
  });
});
