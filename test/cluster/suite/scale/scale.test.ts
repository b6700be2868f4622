import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { definition, install, objectSchema, uninstall } from '../custom-resources/definitions.ts';

const cluster = await openCluster();
const group = 'patches-scale.example.com';
let namespace = '';
let boats = '';

const schema = objectSchema({ oars: { type: 'integer', minimum: 1 } });
schema.openAPIV3Schema.properties = {
  ...schema.openAPIV3Schema.properties,
  ...{ status: { type: 'object', properties: { oars: { type: 'integer' }, selector: { type: 'string' } } } },
};
const paths = {
  specReplicasPath: '.spec.oars',
  statusReplicasPath: '.status.oars',
  labelSelectorPath: '.status.selector',
};

beforeAll(async () => {
  namespace = await cluster.namespace();
  const version = { name: 'v1', schema, subresources: { status: {}, scale: paths } };
  boats = (await install(cluster, definition(group, 'boats', [version])))(namespace);
});
afterAll(async () => {
  await uninstall(cluster, `boats.${group}`);
  await cluster.close();
});

const labels = { app: 'scaled' };
const workload = (kind: string, name: string) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: {
    replicas: 0,
    selector: { matchLabels: labels, matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }] },
    template: {
      metadata: { labels: { ...labels, tier: 'a' } },
      spec: { containers: [{ name: 'c', image: 'busybox:1' }], nodeSelector: { none: 'such' } },
    },
    ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
  },
});
const scaleOf = (name: string, replicas: number, metadata: object = {}) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name, namespace, ...metadata },
  spec: { replicas },
});
const apps = (plural: string) => `/apis/apps/v1/namespaces/${namespace}/${plural}`;

interface Entry {
  manager: string;
  operation: string;
  subresource?: string;
  time?: string;
  fieldsV1: Record<string, Record<string, unknown>>;
}
/** Who owns the replicas, each in one line. */
const owners = (body: { metadata: { managedFields?: Entry[] } }, field = 'f:replicas') =>
  (body.metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => fieldsV1['f:spec']?.[field] !== undefined)
    .map(({ manager, operation, subresource = '', time }) =>
      [manager, operation, subresource, time ? 'timed' : ''].join(' '),
    );

describe.each([
  ['deployments', 'Deployment'],
  ['replicasets', 'ReplicaSet'],
  ['statefulsets', 'StatefulSet'],
])('the scale of %s', (plural, kind) => {
  it('is read and written', async () => {
    const path = `${apps(plural)}/all`;
    await cluster.post(apps(plural), workload(kind, 'all'));
    const before = await cluster.get(`${path}/scale`);
    expect(before.status).toBe(200);
    expect(before.body).toEqual({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: {
        name: 'all',
        namespace,
        uid: expect.any(String),
        resourceVersion: expect.any(String),
        creationTimestamp: expect.any(String),
      },
      spec: {},
      status: { replicas: 0, selector: 'app=scaled,tier in (a,b)' },
    });
    const put = await cluster.put(`${path}/scale`, scaleOf('all', 2), { query: { fieldManager: 'putter' } });
    expect(put.status, put.text).toBe(200);
    expect(put.body).toMatchObject({ kind: 'Scale', spec: { replicas: 2 } });
    expect(put.body.metadata).not.toHaveProperty('managedFields');
    const after = await cluster.get(path);
    expect(after.body.spec.replicas).toBe(2);
    expect(owners(after.body)).toEqual(['putter Update scale ']);
    for (const type of ['merge-patch+json', 'strategic-merge-patch+json'] as const) {
      const patched = await cluster.patch(`${path}/scale`, { spec: { replicas: 1 } }, type);
      expect(patched.body, type).toMatchObject({ kind: 'Scale', spec: { replicas: 1 } });
    }
    const operation = [{ op: 'replace', path: '/spec/replicas', value: 0 }];
    const patched = await cluster.patch(`${path}/scale`, operation, 'json-patch+json');
    expect(patched.body.spec).toEqual({});
  });
});

describe('who scales', () => {
  it('takes the replicas from who applied them, and conflicts unless forced', async () => {
    const path = `${apps('deployments')}/owned`;
    const query = (fieldManager: string, force = false) => ({
      query: { fieldManager, ...(force ? { force: true } : {}) },
    });
    await cluster.patch(path, workload('Deployment', 'owned'), 'apply-patch+yaml', query('one'));
    const refused = await cluster.patch(`${path}/scale`, scaleOf('owned', 1), 'apply-patch+yaml', query('two'));
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
      details: {
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.replicas' }],
      },
    });
    const forced = await cluster.patch(`${path}/scale`, scaleOf('owned', 1), 'apply-patch+yaml', query('two', true));
    expect(forced.status, forced.text).toBe(200);
    expect(owners((await cluster.get(path)).body)).toEqual(['two Apply scale ']);
    const again = await cluster.patch(path, workload('Deployment', 'owned'), 'apply-patch+yaml', query('one'));
    expect(again.body).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "two" with subresource "scale": .spec.replicas',
    });
  });
});

describe('a scale that cannot be', () => {
  const path = () => `${apps('deployments')}/bad`;
  beforeAll(() => cluster.post(apps('deployments'), workload('Deployment', 'bad')));

  it.each([
    [
      'fewer than none',
      -1,
      {},
      422,
      'Scale.autoscaling "bad" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'of an old state',
      1,
      { resourceVersion: '1' },
      409,
      'Operation cannot be fulfilled on deployments.apps "bad": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      'of another name',
      1,
      { name: 'other' },
      400,
      'the name of the object (other) does not match the name on the URL (bad)',
    ],
    [
      'of another namespace',
      1,
      { namespace: 'other' },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
  ])('%s', async (_, replicas, metadata, status, message) => {
    const { status: found, body } = await cluster.put(`${path()}/scale`, scaleOf('bad', replicas, metadata));
    expect(body.message).toBe(message);
    expect(found).toBe(status);
  });

  it('of what is not there is 404, of what has no scale too', async () => {
    const missing = await cluster.get(`${apps('deployments')}/none/scale`);
    expect(missing.body).toMatchObject({ code: 404, message: 'deployments.apps "none" not found' });
    const without = await cluster.get(`${apps('daemonsets')}/none/scale`);
    expect(without.body).toMatchObject({ code: 404, message: 'the server could not find the requested resource' });
  });
});

describe('the scale of a custom resource', () => {
  it('goes by the paths of its definition', async () => {
    const boat = { apiVersion: `${group}/v1`, kind: 'Boat', metadata: { name: 'b' }, spec: { oars: 2 } };
    await cluster.post(boats, boat);
    const status = { status: { oars: 1, selector: 'a=b' } };
    await cluster.patch(`${boats}/b/status`, status, 'merge-patch+json');
    const { body } = await cluster.get(`${boats}/b/scale`);
    expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 2 }, status: { replicas: 1, selector: 'a=b' } });
    const put = await cluster.put(`${boats}/b/scale`, scaleOf('b', 4), { query: { fieldManager: 'putter' } });
    expect(put.body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 } });
    const after = await cluster.get(`${boats}/b`);
    expect(after.body).toMatchObject({ spec: { oars: 4 }, status: status.status, metadata: { generation: 2 } });
    expect(owners(after.body, 'f:oars')).toEqual(['putter Update scale ']);
  });

  it('is judged by its schema', async () => {
    const { status, body } = await cluster.patch(`${boats}/b/scale`, { spec: { replicas: -1 } }, 'merge-patch+json');
    expect(status).toBe(422);
    expect(body.details.causes).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'spec.oars',
        message: 'Invalid value: -1: spec.oars in body should be greater than or equal to 1',
      },
      {
        reason: 'FieldValueInvalid',
        field: '.spec.oars',
        message: 'Invalid value: -1: should be a non-negative integer',
      },
    ]);
  });
});
