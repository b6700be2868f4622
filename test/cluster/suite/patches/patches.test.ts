import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import type { PatchType } from '../../support/http.ts';

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
const newName = () => `patched-${++count}`;

const containers = [
  {
    name: 'a',
    image: 'a:1',
    env: [
      { name: 'X', value: '1' },
      { name: 'Y', value: '2' },
    ],
    args: ['1', '2'],
  },
  { name: 'b', image: 'b:1', ports: [{ containerPort: 80 }] },
];
const podSpec = { containers, volumes: [{ name: 'v', emptyDir: {} }], tolerations: [{ key: 'k', operator: 'Exists' }] };
const labels = { app: 'patched' };
const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
const template = { metadata: { labels, annotations: { one: '1', two: '2' } }, spec: podSpec };
const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels, finalizers: ['example.com/a', 'example.com/b'] },
  spec: { replicas: 0, paused: true, selector: { matchLabels: labels }, strategy, template },
});

/** What is left of a Deployment when defaults are taken away: what the patches below are about. */
// biome-ignore lint/suspicious/noExplicitAny: whatever a server says.
const summary = ({ metadata, spec }: any) => ({
  finalizers: metadata.finalizers,
  strategy: spec.strategy,
  annotations: spec.template.metadata.annotations,
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  containers: spec.template.spec.containers.map(({ name, image, env, args, ports }: any) => {
    const listed = { name, image, env, args, ports };
    return Object.fromEntries(Object.entries(listed).filter(([, value]) => value !== undefined));
  }),
  volumes: spec.template.spec.volumes,
  tolerations: spec.template.spec.tolerations,
});
const ofPod = (spec: object) => ({ spec: { template: { spec } } });

const strategic: [string, object][] = [
  [
    'an item is merged by its key, a new one comes behind',
    ofPod({
      containers: [
        { name: 'b', image: 'b:2' },
        { name: 'c', image: 'c:1' },
      ],
    }),
  ],
  ['an item is deleted', ofPod({ containers: [{ name: 'a', $patch: 'delete' }] })],
  ['a list is replaced', ofPod({ containers: [{ $patch: 'replace' }, { name: 'z', image: 'z:1' }] })],
  ['items are put in order', ofPod({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] })],
  [
    'a new item is put between',
    ofPod({
      '$setElementOrder/containers': [{ name: 'a' }, { name: 'n' }, { name: 'b' }],
      containers: [{ name: 'n', image: 'n:1' }],
    }),
  ],
  [
    'an order that does not name all leaves these beside their neighbours',
    ofPod({ '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }], containers: [{ name: 'c', image: 'c:1' }] }),
  ],
  [
    'a list in an item is merged too',
    ofPod({
      containers: [
        {
          name: 'a',
          env: [
            { name: 'Y', value: '3' },
            { name: 'X', $patch: 'delete' },
          ],
        },
      ],
    }),
  ],
  [
    'a list without keys is replaced',
    ofPod({ containers: [{ name: 'a', args: ['3'] }], tolerations: [{ key: 'l', operator: 'Exists' }] }),
  ],
  [
    'ports are told apart by their number alone',
    ofPod({ containers: [{ name: 'b', ports: [{ containerPort: 80, name: 'http' }] }] }),
  ],
  ['only the keys that are named are retained', { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }],
  [
    'a volume of another kind retains its keys',
    ofPod({ volumes: [{ $retainKeys: ['name', 'configMap'], name: 'v', configMap: { name: 'm' } }] }),
  ],
  ['words are taken out of a set', { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } }],
  ['words are added to a set', { metadata: { finalizers: ['example.com/b', 'example.com/c'] } }],
  ['a set is put in order', { metadata: { '$setElementOrder/finalizers': ['example.com/b', 'example.com/a'] } }],
  ['null takes a key out of a map', { spec: { template: { metadata: { annotations: { one: null, three: '3' } } } } }],
  ['a map is replaced', { spec: { template: { metadata: { annotations: { $patch: 'replace', three: '3' } } } } }],
  ['a map is emptied', { spec: { template: { metadata: { annotations: { $patch: 'delete' } } } } }],
];

describe('a strategic merge patch', () => {
  it.each(strategic)('%s', async (_, patch) => {
    const name = newName();
    const { metadata, spec } = deployment(name);
    await cluster.post(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
    const { status, body, text } = await cluster.patch(`${deployments}/${name}`, patch, 'strategic-merge-patch+json');
    expect(status, text).toBe(200);
    expect(summary(body)).toMatchSnapshot();
  });
});

const refused: [string, PatchType, unknown, number, string][] = [
  [
    'an item without its key',
    'strategic-merge-patch+json',
    ofPod({ containers: [{ image: 'x' }] }),
    500,
    'map: map[image:x] does not contain declared merge key: name',
  ],
  [
    'a directive that there is not',
    'strategic-merge-patch+json',
    { spec: { $patch: 'frob' } },
    500,
    'unknown patch type: frob in map: map[$patch:frob]',
  ],
  [
    'an order that lacks what is patched',
    'strategic-merge-patch+json',
    ofPod({ '$setElementOrder/containers': [{ name: 'q' }], containers: [{ name: 'a', image: 'x' }] }),
    500,
    "The order in patch list:\n[map[image:x name:a]]\n doesn't match $setElementOrder list:\n[map[name:q]]\n",
  ],
  [
    'retained keys that are not all',
    'strategic-merge-patch+json',
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: {} } } },
    400,
    'invalid patch format of retainKeys',
  ],
  [
    'a list as a strategic merge',
    'strategic-merge-patch+json',
    [],
    400,
    'json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  [
    'a list as a merge',
    'merge-patch+json',
    [],
    400,
    'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  [
    'a map as a list of operations',
    'json-patch+json',
    { op: 'add' },
    400,
    'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  ],
  [
    'a number as an operation',
    'json-patch+json',
    [1],
    400,
    'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp',
  ],
  [
    'too many operations',
    'json-patch+json',
    Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'Deployment' })),
    413,
    'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  ],
  [
    'another name',
    'merge-patch+json',
    { metadata: { name: 'other' } },
    400,
    'the name of the object (other) does not match the name on the URL (refused)',
  ],
];

describe('a patch that makes no sense', () => {
  beforeAll(async () => {
    await cluster.post(deployments, deployment('refused'));
  });

  it.each(refused)('%s is refused', async (_, type, patch, code, message) => {
    const { status, body } = await cluster.patch(`${deployments}/refused`, patch, type);
    expect(body.message).toBe(message);
    expect(status).toBe(code);
  });

  it.each([
    [{ op: 'test', path: '/spec/replicas', value: 1 }],
    [{ op: 'test', path: '/none/at/all', value: 1 }],
    [{ op: 'remove', path: '/spec/none' }],
    [{ op: 'replace', path: '/spec/none/x', value: 1 }],
    [{ op: 'add', path: '/spec/none/x', value: 1 }],
    [{ op: 'add', path: '/spec/template/spec/containers/7', value: {} }],
    [{ op: 'replace', path: '/spec/template/spec/containers/x', value: {} }],
    [{ op: 'copy', from: '/none/x', path: '/spec/x' }],
    [{ op: 'move', from: '/none', path: '/spec/x' }],
    [{ op: 'frob', path: '/spec' }],
    [{ op: 'add' }],
  ])('%j cannot be done, and nothing is said of why', async (operation) => {
    const { status, body } = await cluster.patch(`${deployments}/refused`, [operation], 'json-patch+json');
    expect(status).toBe(422);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'the server rejected our request due to an error in our request',
      reason: 'Invalid',
      details: {},
      code: 422,
    });
  });

  it('an unknown kind of patch is 415', async () => {
    const headers = { 'content-type': 'application/json' };
    const { status, body } = await cluster.send('PATCH', `${deployments}/refused`, {}, { headers });
    expect(status).toBe(415);
    expect(body).toMatchObject({ reason: 'UnsupportedMediaType', message: '415: Unsupported Media Type', details: {} });
  });
});

const plain: [string, PatchType, unknown][] = [
  ['merge', 'merge-patch+json', { data: { a: null, c: '3' }, metadata: { labels: { x: 'y' } } }],
  ['merge that takes all away', 'merge-patch+json', { data: null }],
  [
    'operations one after the other',
    'json-patch+json',
    [
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'move', from: '/data/a', path: '/data/c' },
      { op: 'copy', from: '/data/c', path: '/data/d' },
      { op: 'replace', path: '/data/b', value: '9' },
      { op: 'remove', path: '/data/d' },
    ],
  ],
  [
    'paths with slashes',
    'json-patch+json',
    [
      { op: 'add', path: '/metadata/annotations', value: { 'a/b': '1' } },
      { op: 'replace', path: '/metadata/annotations/a~1b', value: '2' },
    ],
  ],
  ['a whole map set anew', 'json-patch+json', [{ op: 'add', path: '/data', value: { z: '26' } }]],
];

describe('a ConfigMap', () => {
  it.each(plain)('is patched: %s', async (_, type, patch) => {
    const name = newName();
    await cluster.post(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1', b: '2' } });
    const { status, body, text } = await cluster.patch(`${maps}/${name}`, patch, type);
    expect(status, text).toBe(200);
    const { labels: set, annotations } = body.metadata;
    expect({ data: body.data, labels: set, annotations }).toMatchSnapshot();
  });

  it('stays as it is when a patch changes nothing, and when it is only tried', async () => {
    const name = newName();
    const made = await cluster.post(maps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { a: '1' },
    });
    const same = await cluster.patch(`${maps}/${name}`, { data: { a: '1' } }, 'merge-patch+json');
    expect(same.body.metadata.resourceVersion).toBe(made.body.metadata.resourceVersion);
    const query = { dryRun: 'All' };
    const tried = await cluster.patch(`${maps}/${name}`, { data: { a: '2' } }, 'merge-patch+json', { query });
    expect(tried.body.data).toEqual({ a: '2' });
    expect((await cluster.get(`${maps}/${name}`)).body.data).toEqual({ a: '1' });
  });
});
