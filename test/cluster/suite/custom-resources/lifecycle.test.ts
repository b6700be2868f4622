import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { definition, definitions, install, objectSchema, uninstall } from './definitions.ts';

const cluster = await openCluster();
const group = 'patches-lifecycle.example.com';
let namespace = '';
beforeAll(async () => {
  namespace = await cluster.namespace();
});
afterAll(() => cluster.close());

const text = { type: 'string' };
const version = (name: string, more: object = {}) => ({ name, schema: objectSchema({ a: text }), ...more });
const cogs = `cogs.${group}`;
const bare = (versions: object[]) => definition(group, 'cogs', versions as never);
const internal = (name: string, storage: boolean) =>
  `{"Name":"${name}","Served":true,"Storage":${storage},"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}`;
const withSchema = (openAPIV3Schema: object) => bare([{ name: 'v1', schema: { openAPIV3Schema } }]);
const schemaAt = 'spec.validation.openAPIV3Schema';

const refused: [string, object, string[]][] = [
  [
    'another name',
    { ...bare([version('v1')]), metadata: { name: `x.${group}` } },
    [`metadata.name: Invalid value: "x.${group}": must be spec.names.plural+"."+spec.group`],
  ],
  [
    'no version that is stored',
    bare([version('v1', { storage: false })]),
    [
      `spec.versions: Invalid value: [${internal('v1', false)}]: must have exactly one version marked as storage version`,
      'status.storedVersions: Invalid value: null: must have at least one stored version',
    ],
  ],
  [
    'two versions that are stored',
    bare([version('v1'), version('v2')]),
    [
      `spec.versions: Invalid value: [${internal('v1', true)},${internal('v2', true)}]: must have exactly one version marked as storage version`,
      'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2',
    ],
  ],
  ['no schema', bare([{ name: 'v1' }]), ['spec.versions[0].schema.openAPIV3Schema: Required value']],
  [
    'no types',
    withSchema({ properties: { spec: { properties: { a: {} } }, b: { type: 'array' } } }),
    [
      `${schemaAt}.properties[b].items: Required value: must be specified`,
      `${schemaAt}.properties[spec].properties[a].type: Required value: must not be empty for specified object fields`,
      `${schemaAt}.properties[spec].type: Required value: must not be empty for specified object fields`,
      `${schemaAt}.type: Required value: must not be empty at the root`,
    ],
  ],
  [
    'another type at the root',
    withSchema({ type: 'string' }),
    [`${schemaAt}.type: Invalid value: "string": must be object at the root`],
  ],
  [
    'rules for metadata',
    withSchema({
      type: 'object',
      properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
    }),
    [
      `${schemaAt}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ],
  ],
  [
    'defaults that do not fit',
    withSchema({
      type: 'object',
      properties: { spec: { type: 'object', default: { b: 1 }, properties: { a: { ...text, default: 5 } } } },
    }),
    [
      `${schemaAt}.properties[spec].default: Invalid value: {"b":1}: must not have unknown fields`,
      `${schemaAt}.properties[spec].properties[a].default: Invalid value: "integer":  in body must be of type string: "integer"`,
    ],
  ],
  [
    'columns of no type',
    bare([version('v1', { additionalPrinterColumns: [{ name: '', type: 'foo', jsonPath: 'x' }] })]),
    [
      'spec.additionalPrinterColumns[0].name: Required value',
      'spec.additionalPrinterColumns[0].type: Invalid value: "foo": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "x": must be a simple json path starting with .',
    ],
  ],
  [
    'a scale that stands elsewhere',
    bare([version('v1', { subresources: { scale: { specReplicasPath: '.foo.x', statusReplicasPath: '' } } })]),
    [
      'spec.subresources.scale.specReplicasPath: Invalid value: ".foo.x": should be a json path under .spec',
      'spec.subresources.scale.statusReplicasPath: Required value',
    ],
  ],
  [
    'a group of Kubernetes',
    definition('patches.k8s.io', 'cogs', [version('v1')] as never),
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
];

describe('a definition', () => {
  it.each(refused)('with %s is refused', async (_, made, faults) => {
    const { status, body } = await cluster.post(definitions, made, { query: { dryRun: 'All' } });
    const causes = body.details?.causes ?? [];
    expect(
      causes.map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`).sort(),
    ).toEqual([...faults].sort());
    expect(status).toBe(422);
  });

  it('is established, served and discovered, and takes its objects with it', async () => {
    const holding = { metadata: { name: 'held', finalizers: ['example.com/hold'] } };
    const path = (await install(cluster, bare([version('v1')])))(namespace);
    const { body } = await cluster.get(`${definitions}/${cogs}`);
    expect(body.status).toEqual({
      acceptedNames: { plural: 'cogs', singular: 'cog', kind: 'Cog', listKind: 'CogList' },
      conditions: [
        expect.objectContaining({
          type: 'NamesAccepted',
          status: 'True',
          reason: 'NoConflicts',
          message: 'no conflicts found',
        }),
        expect.objectContaining({ type: 'Established', status: 'True', reason: 'InitialNamesAccepted' }),
      ],
      storedVersions: ['v1'],
    });
    expect(body.spec.conversion).toEqual({ strategy: 'None' });
    await cluster.until(`/apis/${group}/v1`, ({ body: found }) => found?.resources?.[0]?.name === 'cogs');
    const made = { apiVersion: `${group}/v1`, kind: 'Cog' };
    expect((await cluster.post(path, { ...made, ...holding })).status).toBe(201);
    expect((await cluster.post(path, { ...made, metadata: { name: 'loose' } })).status).toBe(201);

    const removed = await cluster.remove(`${definitions}/${cogs}`);
    expect(removed.body).toMatchObject({
      kind: 'CustomResourceDefinition',
      metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'], deletionTimestamp: expect.any(String) },
    });
    await cluster.until(`${path}/loose`, ({ status }) => status === 404);
    const late = await cluster.post(path, { ...made, metadata: { name: 'late' } });
    expect(late.body).toMatchObject({
      code: 403,
      message: `cogs.${group} "late" is forbidden: create not allowed while custom resource definition is terminating`,
    });
    const leaving = await cluster.get(`${definitions}/${cogs}`);
    expect(leaving.body.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress' }),
    );
    await cluster.patch(`${path}/held`, { metadata: { finalizers: null } }, 'merge-patch+json');
    await cluster.until(`${definitions}/${cogs}`, ({ status }) => status === 404);
    await cluster.until(path, ({ status }) => status === 404);
  });
});

describe('versions of a definition', () => {
  const gears = `gears.${group}`;
  let first = '';
  let second = '';
  beforeAll(async () => {
    const schema = objectSchema({ a: text, b: { ...text, default: 'filled' } });
    const columns = [
      { name: 'A', type: 'string', jsonPath: '.spec.a' },
      { name: 'B', type: 'string', jsonPath: '.spec.b', priority: 1, description: 'the second' },
    ];
    const path = await install(
      cluster,
      definition(group, 'gears', [
        { name: 'v1beta1', storage: false, schema: objectSchema({ a: text }) },
        { name: 'v1', schema, selectableFields: [{ jsonPath: '.spec.a' }], additionalPrinterColumns: columns },
      ]),
    );
    first = path(namespace, 'v1');
    second = path(namespace, 'v1beta1');
  });
  afterAll(() => uninstall(cluster, gears));

  const gear = (name: string, apiVersion: string, spec: object) => ({
    apiVersion: `${group}/${apiVersion}`,
    kind: 'Gear',
    metadata: { name },
    spec,
  });

  it('show one object, each what it knows', async () => {
    const made = await cluster.post(second, gear('x', 'v1beta1', { a: '1', b: '2' }));
    expect(made.body).toMatchObject({ apiVersion: `${group}/v1beta1` });
    expect(made.body.spec).toEqual({ a: '1' });
    expect((await cluster.get(`${first}/x`)).body.spec).toEqual({ a: '1', b: 'filled' });
    await cluster.patch(`${first}/x`, { spec: { b: '3' } }, 'merge-patch+json');
    expect((await cluster.get(`${second}/x`)).body.spec).toEqual({ a: '1' });
    expect((await cluster.get(`${first}/x`)).body.spec).toEqual({ a: '1', b: '3' });
  });

  it('have columns of their own', async () => {
    await cluster.post(first, gear('t', 'v1', { a: 'shown' }));
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const { body } = await cluster.get(`${first}/t`, { headers });
    expect(
      body.columnDefinitions.map(({ name, type, priority, description }: Record<string, unknown>) => [
        name,
        type,
        priority,
        description,
      ]),
    ).toEqual([
      ['Name', 'string', 0, expect.any(String)],
      ['A', 'string', 0, 'Custom resource definition column (in JSONPath format): .spec.a'],
      ['B', 'string', 1, 'the second'],
    ]);
    expect(body.rows[0].cells).toEqual(['t', 'shown', 'filled']);
    const plain = await cluster.get(`${second}/t`, { headers });
    expect(plain.body.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'Age']);
  });

  it('are selected by the fields that are declared', async () => {
    await cluster.post(first, gear('s', 'v1', { a: 'chosen' }));
    const chosen = await cluster.get(first, { query: { fieldSelector: 'spec.a=chosen' } });
    expect(chosen.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(['s']);
    const unknown = await cluster.get(first, { query: { fieldSelector: 'spec.b=x' } });
    expect(unknown.body).toMatchObject({ code: 400, message: 'field label not supported: spec.b' });
  });
});
