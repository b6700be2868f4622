import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { definition, install, objectSchema, uninstall } from './definitions.ts';

const cluster = await openCluster();
const group = 'patches-validation.example.com';
let gears = '';

const text = { type: 'string' };
const schema = objectSchema(
  {
    size: { type: 'string', enum: ['S', 'M'] },
    replicas: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
    name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 },
    list: { type: 'array', maxItems: 2, minItems: 1, items: text },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
    maps: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', required: ['k'], properties: { k: text, v: { type: 'integer' } } },
    },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    either: { 'x-kubernetes-int-or-string': true },
    labels: { type: 'object', additionalProperties: text },
    one: { type: 'object', properties: { a: text, b: text }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    any: { type: 'integer', anyOf: [{ minimum: 10 }, { maximum: 1 }] },
    all: { type: 'integer', allOf: [{ minimum: 10 }, { minimum: 5 }], not: { enum: [12] } },
    when: { type: 'string', format: 'date-time' },
    ratio: { type: 'number', exclusiveMinimum: true, minimum: 0, multipleOf: 0.5 },
    maybe: { type: 'string', nullable: true },
    small: { type: 'integer', format: 'int32' },
    few: { type: 'object', maxProperties: 1, additionalProperties: text },
  },
  {
    required: ['size'],
    'x-kubernetes-validations': [
      { rule: 'self.replicas <= 5 || self.size == "M"', message: 'big ones need M' },
      {
        rule: 'self.replicas >= oldSelf.replicas',
        messageExpression: 'self.size == "S" ? "never down for small ones" : "never down"',
      },
      { rule: '!has(self.name) || self.name != "bad"', fieldPath: '.name', reason: 'FieldValueForbidden' },
    ],
  },
);

beforeAll(async () => {
  const namespace = await cluster.namespace();
  const version = { name: 'v1', schema, subresources: { status: {} } };
  gears = (await install(cluster, definition(group, 'gears', [version])))(namespace);
});
afterAll(async () => {
  await uninstall(cluster, `gears.${group}`);
  await cluster.close();
});

const gear = (name: string, spec: unknown) => ({ apiVersion: `${group}/v1`, kind: 'Gear', metadata: { name }, spec });
const unchecked =
  'FieldValueInvalid <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/** Each cause in one line, sorted: the order of a real server is that of Go's maps. */
const causesOf = (body: { details?: { causes?: { reason: string; field: string; message: string }[] } }) =>
  (body.details?.causes ?? []).map(({ reason, field, message }) => `${reason} ${field}: ${message}`).sort();

const refused: [string, unknown, string[]][] = [
  [
    'a number too small, a text too short, a list too short, a field missing',
    { replicas: 0, name: 'A', list: [] },
    [
      'FieldValueInvalid spec.name: Invalid value: "A": spec.name in body should be at least 2 chars long',
      'FieldValueInvalid spec.list: Invalid value: 0: spec.list in body should have at least 1 items',
      'FieldValueInvalid spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1',
      'FieldValueRequired spec.size: Required value',
      unchecked,
    ],
  ],
  [
    'too much of everything',
    { size: 'S', replicas: 11, name: 'toolong', list: ['a', 'b', 'c'], few: { a: '1', b: '2' }, small: 3_000_000_000 },
    [
      'FieldValueInvalid spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
      'FieldValueTooLong spec.name: Too long: may not be more than 5 bytes',
      'FieldValueTooMany spec.list: Too many: 3: must have at most 2 items',
      'FieldValueTooMany spec.few: Too many: 2: must have at most 1 item',
      'FieldValueInvalid <nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.small',
      unchecked,
    ],
  ],
  [
    'other types',
    { size: 5, replicas: 'x', either: true, labels: { a: 1 }, list: [{}], free: [], maps: 'x', ratio: '1', when: 5 },
    [
      'FieldValueTypeInvalid spec.size: Invalid value: "integer": spec.size in body must be of type string: "integer"',
      'FieldValueNotSupported spec.size: Unsupported value: 5: supported values: "S", "M"',
      'FieldValueTypeInvalid spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
      'FieldValueTypeInvalid spec.either: Invalid value: "boolean": spec.either in body must be of type integer,string: "boolean"',
      'FieldValueTypeInvalid spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
      'FieldValueTypeInvalid spec.list[0]: Invalid value: "object": spec.list[0] in body must be of type string: "object"',
      'FieldValueTypeInvalid spec.free: Invalid value: "array": spec.free in body must be of type object: "array"',
      'FieldValueTypeInvalid spec.maps: Invalid value: "string": spec.maps in body must be of type array: "string"',
      'FieldValueTypeInvalid spec.ratio: Invalid value: "string": spec.ratio in body must be of type number: "string"',
      'FieldValueTypeInvalid spec.when: Invalid value: "int64": spec.when in body must be of type date-time: "int64"',
      unchecked,
    ],
  ],
  [
    'a whole spec of another type',
    'text',
    ['FieldValueTypeInvalid spec: Invalid value: "string": spec in body must be of type object: "string"', unchecked],
  ],
  [
    'what is not among the values, not of the pattern, not of the format, no multiple',
    { size: 'L', name: 'AB', when: 'yesterday', ratio: 0.3 },
    [
      'FieldValueNotSupported spec.size: Unsupported value: "L": supported values: "S", "M"',
      'FieldValueInvalid spec.name: Invalid value: "AB": spec.name in body should match \'^[a-z]+$\'',
      'FieldValueTypeInvalid spec.when: Invalid value: "yesterday": spec.when in body must be of type date-time: "yesterday"',
      'FieldValueInvalid spec.ratio: Invalid value: 0.3: spec.ratio in body should be a multiple of 0.5',
      unchecked,
    ],
  ],
  [
    'none of the alternatives',
    { size: 'S', one: {}, any: 5, all: 3 },
    [
      'FieldValueInvalid <nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found none valid',
      'FieldValueRequired spec.one.a: Required value',
      'FieldValueInvalid <nil>: Invalid value: "": "spec.any" must validate at least one schema (anyOf)',
      'FieldValueInvalid spec.any: Invalid value: 5: spec.any in body should be greater than or equal to 10',
      'FieldValueInvalid <nil>: Invalid value: "": "spec.all" must validate all the schemas (allOf). None validated',
      'FieldValueInvalid spec.all: Invalid value: 3: spec.all in body should be greater than or equal to 10',
      'FieldValueInvalid spec.all: Invalid value: 3: spec.all in body should be greater than or equal to 5',
      unchecked,
    ],
  ],
  [
    'more than one alternative, and what may not be',
    { size: 'S', one: { a: '1', b: '2' }, all: 12 },
    [
      'FieldValueInvalid <nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      'FieldValueInvalid <nil>: Invalid value: "": "spec.all" must not validate the schema (not)',
    ],
  ],
  [
    'entries that are there twice, and a broken rule',
    { size: 'S', replicas: 7, set: ['a', 'a', 'a'], maps: [{ k: 'a' }, { k: 'b' }, { k: 'a', v: 1 }] },
    [
      'FieldValueDuplicate spec.set[1]: Duplicate value: "a"',
      'FieldValueDuplicate spec.maps[2]: Duplicate value: {"k":"a"}',
      'FieldValueInvalid spec: Invalid value: big ones need M',
    ],
  ],
  [
    'a rule with a place and a reason of its own',
    { size: 'S', name: 'bad' },
    ['FieldValueForbidden spec.name: Forbidden: failed rule: !has(self.name) || self.name != "bad"'],
  ],
];

describe('a custom resource', () => {
  it.each(refused)('is refused for %s', async (_, spec, causes) => {
    const { status, body } = await cluster.post(gears, gear('refused', spec));
    expect(causesOf(body)).toEqual([...causes].sort());
    expect(status).toBe(422);
    expect(body.message).toMatch(/^Gear\.patches-validation\.example\.com "refused" is invalid: /);
    expect(body.details).toMatchObject({ name: 'refused', group, kind: 'Gear' });
  });

  it('loses what its schema does not know, keeps what it is told to keep, and gets its defaults', async () => {
    const spec = { size: 'S', unknown: 1, free: { x: { y: [1] } }, either: '5', maps: [{ k: 'a', z: 1 }], maybe: null };
    const sent = { ...gear('pruned', spec), other: 1, status: { phase: 'x' } };
    const { status, body } = await cluster.post(gears, sent);
    expect(status).toBe(201);
    expect(body.spec).toEqual({
      size: 'S',
      free: { x: { y: [1] } },
      either: '5',
      maps: [{ k: 'a' }],
      maybe: null,
      replicas: 1,
    });
    expect(body).not.toHaveProperty('other');
    expect(body).not.toHaveProperty('status');
    expect(body.metadata.generation).toBe(1);
  });

  it('takes null for absent where it has a default or may not be null', async () => {
    const { body } = await cluster.post(gears, gear('nulls', { size: 'M', replicas: null, name: null, maybe: null }));
    expect(body.spec).toEqual({ size: 'M', replicas: 1, maybe: null });
  });

  it('is compared with what it was by rules that ask for it', async () => {
    await cluster.post(gears, gear('ruled', { size: 'S', replicas: 3 }));
    const down = await cluster.patch(`${gears}/ruled`, { spec: { replicas: 2 } }, 'merge-patch+json');
    expect(down.status).toBe(422);
    expect(causesOf(down.body)).toEqual(['FieldValueInvalid spec: Invalid value: never down for small ones']);
    const up = await cluster.patch(`${gears}/ruled`, { spec: { replicas: 4 } }, 'merge-patch+json');
    expect(up.status).toBe(200);
    expect(up.body.metadata.generation).toBe(2);
  });

  it('gets a name from its generateName, and its metadata is checked', async () => {
    const made = await cluster.post(gears, {
      ...gear('', { size: 'S' }),
      metadata: { generateName: 'made-' },
    });
    expect(made.body.metadata.name).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const bad = await cluster.post(gears, gear('Bad_Name', { size: 'S' }));
    expect(bad.status).toBe(422);
    expect(bad.body.details.causes[0].field).toBe('metadata.name');
  });

  it('knows no strategic merge', async () => {
    const { status, body } = await cluster.patch(`${gears}/pruned`, {}, 'strategic-merge-patch+json');
    expect(status).toBe(415);
    expect(body).toMatchObject({
      reason: 'UnsupportedMediaType',
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    });
  });
});
