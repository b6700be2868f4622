import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import type { HttpAnswer, PatchType } from '../support/http.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let deployments = '';
beforeAll(async () => {
  deployments = `/apis/apps/v1/namespaces/${await cluster.namespace()}/deployments`;
  expect((await cluster.post(deployments, deployment())).status).toBe(201);
});

const template = () => ({
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'a', image: 'registry.example/a:1' }] as Record<string, unknown>[] },
});

const deployment = (): Record<string, unknown> => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'given' },
  spec: { replicas: 0, selector: { matchLabels: { app: 'a' } }, template: template() },
});

const tried = (body: unknown, query = '', type = 'application/json') =>
  cluster.post(`${deployments}?dryRun=All${query}`, body, { headers: { 'content-type': type } });

const patched = (type: PatchType, body: unknown, query = '') =>
  cluster.patch(`${deployments}/given?dryRun=All${query}`, body, type);

const ofSpec = (spec: unknown) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec });
const ofPod = (spec: unknown) => ofSpec({ template: { spec } });
const ofContainer = (container: unknown) => ofPod({ containers: [container] });

const warnings = ({ headers }: HttpAnswer) =>
  [headers.warning ?? []].flat().flatMap((text) => text.split(/, (?=299 - )/));

function expectBad(answer: HttpAnswer, message: string): void {
  expect([answer.status, answer.body.reason, answer.body.message]).toEqual([400, 'BadRequest', message]);
}

const unreadable = 'Deployment in version "v1" cannot be handled as a Deployment: ';

describe('a value of another type', () => {
  const wrong = 'json: cannot unmarshal';
  it.each([
    [ofSpec({ replicas: 'x' }), `${wrong} string into Go struct field DeploymentSpec.spec.replicas of type int32`],
    [ofSpec({ replicas: 1.5 }), `${wrong} number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32`],
    [
      ofSpec({ replicas: 99999999999 }),
      `${wrong} number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32`,
    ],
    [ofSpec({ replicas: true }), `${wrong} bool into Go struct field DeploymentSpec.spec.replicas of type int32`],
    [ofSpec({ replicas: {} }), `${wrong} object into Go struct field DeploymentSpec.spec.replicas of type int32`],
    [ofSpec({ replicas: [] }), `${wrong} array into Go struct field DeploymentSpec.spec.replicas of type int32`],
    [ofSpec(5), `${wrong} number into Go struct field Deployment.spec of type v1.DeploymentSpec`],
    [ofSpec([]), `${wrong} array into Go struct field Deployment.spec of type v1.DeploymentSpec`],
    [{ metadata: 5 }, `${wrong} number into Go struct field Deployment.metadata of type v1.ObjectMeta`],
    [{ metadata: { name: 5 } }, `${wrong} number into Go struct field ObjectMeta.metadata.name of type string`],
    [{ metadata: { uid: 5 } }, `${wrong} number into Go struct field ObjectMeta.metadata.uid of type types.UID`],
    [
      { metadata: { labels: { a: 5 } } },
      `${wrong} number into Go struct field ObjectMeta.metadata.labels of type string`,
    ],
    [
      { metadata: { labels: [] } },
      `${wrong} array into Go struct field ObjectMeta.metadata.labels of type map[string]string`,
    ],
    [
      { metadata: { creationTimestamp: 5 } },
      `${wrong} number into Go struct field ObjectMeta.metadata.creationTimestamp of type string`,
    ],
    [
      { metadata: { creationTimestamp: 'yesterday' } },
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
    [
      ofPod({ containers: {} }),
      `${wrong} object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container`,
    ],
    [
      ofPod({ containers: [5] }),
      `${wrong} number into Go struct field PodSpec.spec.template.spec.containers of type v1.Container`,
    ],
    [
      ofPod({ containers: [{ name: 'a' }, { name: 5 }] }),
      `${wrong} number into Go struct field Container.spec.template.spec.containers.name of type string`,
    ],
    [
      ofPod({ restartPolicy: 5 }),
      `${wrong} number into Go struct field PodSpec.spec.template.spec.restartPolicy of type v1.RestartPolicy`,
    ],
    [
      ofPod({ hostNetwork: 'yes' }),
      `${wrong} string into Go struct field PodSpec.spec.template.spec.hostNetwork of type bool`,
    ],
    [
      ofContainer({ livenessProbe: { httpGet: { port: true } } }),
      `${wrong} bool into Go struct field HTTPGetAction.spec.template.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32`,
    ],
    [
      ofContainer({ resources: { limits: 5 } }),
      `${wrong} number into Go struct field ResourceRequirements.spec.template.spec.containers.resources.limits of type v1.ResourceList`,
    ],
    [
      ofContainer({ resources: { limits: { cpu: 'x' } } }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ])('is refused: %j', async (body, message) => {
    expectBad(await tried(body), unreadable + message);
  });

  it('counts before unknown fields do, and the first one counts', async () => {
    const body = { ...ofSpec({ replicas: 'x', paused: 'y' }), foo: 1 };
    expectBad(
      await tried(body, '&fieldValidation=Strict'),
      `${unreadable}json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`,
    );
  });
});

describe('an unknown field', () => {
  const container = { name: 'a', image: 'b', imag: 'c' };
  const body = () => ({
    ...ofSpec({
      replica: 2,
      selector: { matchLabels: { app: 'a' } },
      template: { ...template(), spec: { containers: [container, { ...container, name: 'c' }] } },
    }),
    zed: { deep: { down: 1 } },
    metadata: { name: 'x', dato: 1 },
  });
  const fields = [
    'metadata.dato',
    'spec.replica',
    'spec.template.spec.containers[0].imag',
    'spec.template.spec.containers[1].imag',
    'zed',
  ];

  it('is warned of and left out', async () => {
    const answer = await tried(body());
    expect(answer.status).toBe(201);
    expect(warnings(answer).sort()).toEqual(
      fields.map((field) => `299 - ${JSON.stringify(`unknown field ${JSON.stringify(field)}`)}`).sort(),
    );
    expect(answer.body.zed).toBeUndefined();
    expect(answer.body.metadata.dato).toBeUndefined();
    expect(answer.body.spec.template.spec.containers[0].imag).toBeUndefined();
  });

  it('is refused if the client wishes, all at once and in their order', async () => {
    const ordered = ['zed', 'metadata.dato', ...fields.slice(1, 4)];
    const { spec, metadata, zed } = body() as Record<string, unknown>;
    expectBad(
      await tried({ kind: 'Deployment', apiVersion: 'apps/v1', zed, metadata, spec }, '&fieldValidation=Strict'),
      `${unreadable}strict decoding error: ${ordered.map((field) => `unknown field "${field}"`).join(', ')}`,
    );
  });

  it('is passed over if the client wishes', async () => {
    const answer = await tried(body(), '&fieldValidation=Ignore');
    expect([answer.status, warnings(answer)]).toEqual([201, []]);
    expect(answer.body.zed).toBeUndefined();
  });

  it('is told of a hundred times at most', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}`, 1]));
    expect(warnings(await tried({ ...deployment(), ...many }))).toHaveLength(100);
  });

  it('is found in what PUT sends', async () => {
    const answer = await cluster.put(`${deployments}/given?dryRun=All`, { ...deployment(), foo: 1 });
    expect([answer.status, warnings(answer)]).toEqual([200, ['299 - "unknown field \\"foo\\""']]);
  });

  it.each(['merge-patch+json', 'strategic-merge-patch+json'] as const)('is found in a %s', async (type) => {
    const answer = await patched(type, { spec: { replica: 1 } });
    expect([answer.status, warnings(answer)]).toEqual([200, ['299 - "unknown field \\"spec.replica\\""']]);
    const refused = await patched(type, { spec: { replica: 1 } }, '&fieldValidation=Strict');
    expect(refused.status).toBe(422);
    expect(refused.body.reason).toBe('Invalid');
    expect(refused.body.message).toMatch(
      /^ "" is invalid: patch: Invalid value: ".*": strict decoding error: unknown field "spec.replica"$/,
    );
    expect(refused.body.details.causes).toHaveLength(1);
    expect(refused.body.details.causes[0]).toMatchObject({ reason: 'FieldValueInvalid', field: 'patch' });
  });

  it('is found in a JSON patch', async () => {
    const operations = [{ op: 'add', path: '/spec/replica', value: 1 }];
    const answer = await patched('json-patch+json', operations);
    expect([answer.status, warnings(answer)]).toEqual([200, ['299 - "unknown field \\"spec.replica\\""']]);
    expect((await patched('json-patch+json', operations, '&fieldValidation=Strict')).status).toBe(422);
  });
});

describe('a duplicate field', () => {
  const fresh = { ...deployment(), metadata: { name: 'fresh' } };
  const text = JSON.stringify(fresh).replace('"replicas":0', '"replicas":1,"replicas":0');
  const found = 'duplicate field "spec.replicas"';

  it('is warned of, and the last one counts', async () => {
    const answer = await tried(text);
    expect([answer.status, warnings(answer)]).toEqual([201, [`299 - ${JSON.stringify(found)}`]]);
    expect(answer.body.spec.replicas).toBe(0);
  });

  it('is refused if the client wishes, with the unknown ones in the order of the text', async () => {
    const labels = text.replace('{"name":"fresh"}', '{"labels":{"a":"1","a":"2"},"name":"x","foo":1,"name":"y"}');
    expectBad(
      await tried(labels, '&fieldValidation=Strict'),
      `${unreadable}strict decoding error: duplicate field "metadata.labels.a", unknown field "metadata.foo", duplicate field "metadata.name", ${found}`,
    );
  });

  it('is none where a text only looks like it', async () => {
    const annotations = { a: '{"x":1,"x":2}', b: '\\":' };
    const answer = await tried({ ...deployment(), metadata: { name: 'x', annotations } }, '&fieldValidation=Strict');
    expect(answer.status).toBe(201);
    expect(answer.body.metadata.annotations).toEqual(annotations);
  });

  it('is found in patches', async () => {
    const merge = await patched('merge-patch+json', '{"spec":{"replicas":1,"replicas":2}}');
    expect([merge.body.spec.replicas, warnings(merge)]).toEqual([2, [`299 - ${JSON.stringify(found)}`]]);
    const operations = '[{"op":"replace","path":"/spec/replicas","value":1,"value":2}]';
    const json = await patched('json-patch+json', operations);
    expect(warnings(json)).toEqual(['299 - "json patch duplicate field \\"[0].value\\""']);
  });
});

describe('a patch that gives a value of another type', () => {
  it('is invalid', async () => {
    const merge = await patched('merge-patch+json', { spec: { replicas: 'x' } });
    expect(merge.status).toBe(422);
    expect(merge.body.message).toMatch(
      /": json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32$/,
    );
    const strategic = await patched('strategic-merge-patch+json', { spec: { replicas: 'x' } });
    expect(strategic.status).toBe(422);
    expect(strategic.body.message).toContain(' "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": ');
  });
});

describe('YAML', () => {
  const yaml = (spec: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: x, foo: 1, bar: 2}
spec:
  replicas: 1
  ${spec}
  selector: {matchLabels: {app: a}}
  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: b}]}}
`;

  it('is read like JSON', async () => {
    const answer = await tried(yaml('paused: yes'), '', 'application/yaml');
    expect(answer.status).toBe(201);
    expect(answer.body.spec).toMatchObject({ replicas: 1, paused: true });
    expect(warnings(answer)).toEqual([
      '299 - "unknown field \\"metadata.bar\\""',
      '299 - "unknown field \\"metadata.foo\\""',
    ]);
  });

  it('tells of duplicate keys by their lines', async () => {
    const answer = await tried(yaml('replicas: 2'), '', 'application/yaml');
    expect([answer.status, answer.body.spec.replicas]).toEqual([201, 2]);
    expect(warnings(answer)[0]).toBe('299 - "line 6: key \\"replicas\\" already set in map"');
  });

  it('is refused for its types', async () => {
    expectBad(
      await tried(yaml('paused: 5'), '', 'application/yaml'),
      `${unreadable}json: cannot unmarshal number into Go struct field DeploymentSpec.spec.paused of type bool`,
    );
  });
});

describe('a body that is no object', () => {
  const start =
    "the object provided is unrecognized (must be of type Deployment): couldn't get version/kind; json parse error: ";
  const meta = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
  it.each([
    ['{', 'unexpected end of JSON input ({)'],
    ['', 'unexpected end of JSON input (<empty>)'],
    ['{"a":', 'unexpected end of JSON input ({"a":)'],
    ['[]', `json: cannot unmarshal array into Go value of type ${meta} (5b5d)`],
    ['5', `json: cannot unmarshal number into Go value of type ${meta} (35)`],
    ['"a"', `json: cannot unmarshal string into Go value of type ${meta} (226122)`],
    [
      '{"apiVersion":"apps/v1","kind":"Deployment"} x',
      'invalid character \'x\' after top-level value ({"apiVersion":"apps/v1","kind" ...)',
    ],
    ['hello', "invalid character 'h' looking for beginning of value (68656c6c6f)"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string ({a:1})"],
    ['{"a" 1}', 'invalid character \'1\' after object key ({"a" 1})'],
    ['{"a":1 2}', 'invalid character \'2\' after object key:value pair ({"a":1 2})'],
    ['{"a":[1 2]}', 'invalid character \'2\' after array element ({"a":[1 2]})'],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e') ({\"a\":tru})"],
    ['{"a":1.}', 'invalid character \'}\' after decimal point in numeric literal ({"a":1.})'],
    ['{"a":"\\x"}', 'invalid character \'x\' in string escape code ({"a":"\\x"})'],
    ['{"a":"\n"}', 'invalid character \'\\n\' in string literal ({"a":"\n"})'],
    ['{"kind":5}', 'json: cannot unmarshal number into Go struct field .kind of type string ({"kind":5})'],
  ])('is refused: %j', async (body, message) => {
    expectBad(await tried(body), start + message);
  });
});

it('reads values in the one form in which they are written', async () => {
  const resources = { limits: { cpu: '1000m', memory: '1024Mi' }, requests: { cpu: 0.5, memory: '1e6' } };
  const body = deployment();
  const { spec } = template();
  const given = { ...body, metadata: { name: 'x', labels: {}, annotations: { a: null } } };
  const pod = { ...template(), spec: { ...spec, tolerations: [], containers: [{ ...spec.containers[0], resources }] } };
  const answer = await tried({ ...given, spec: { ...(body.spec as object), template: pod } });
  expect(answer.status).toBe(201);
  expect(answer.body.metadata).toMatchObject({ annotations: { a: '' } });
  expect(answer.body.metadata.labels).toBeUndefined();
  const read = answer.body.spec.template.spec;
  expect(read.tolerations).toBeUndefined();
  expect(read.containers[0].resources).toEqual({
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '500m', memory: '1e6' },
  });
});
