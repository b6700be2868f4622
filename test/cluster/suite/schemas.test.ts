import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { documentEntries } from '../../../src/sandbox/data/schemas.ts';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const index = async () =>
  (await cluster.get('/openapi/v3')).body.paths as Record<string, { serverRelativeURL: string }>;
const addressOf = async (path: string) => (await index())[path]?.serverRelativeURL ?? '';

describe.skipIf(!cluster.ours)('the documents of what is built in', () => {
  it('are listed with their hashes', async () => {
    const paths = await index();
    for (const { path, hash } of documentEntries())
      expect(paths[path], path).toEqual({ serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` });
  });

  it('are the same bytes', async () => {
    for (const path of ['apis/apps/v1', 'apis/policy/v1', 'version']) {
      const { text, headers, status } = await cluster.get(await addressOf(path));
      const entry = documentEntries().find((one) => one.path === path);
      expect([status, Buffer.byteLength(text)]).toEqual([200, entry?.bytes]);
      expect(createHash('sha512').update(text).digest('hex').toUpperCase()).toBe(entry?.hash);
      expect(headers).toMatchObject({
        etag: `"${entry?.hash}"`,
        'content-type': 'application/json',
        'cache-control': 'public, immutable',
        vary: 'Accept',
      });
    }
  });
});

describe('a document', () => {
  it('is not sent again to who has it', async () => {
    const address = await addressOf('apis/policy/v1');
    const { headers } = await cluster.get(address);
    const again = await cluster.get(address, { headers: { 'if-none-match': String(headers.etag) } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('is found by a stale address through the current one', async () => {
    const { status, headers } = await cluster.get('/openapi/v3/apis/policy/v1?hash=STALE');
    expect([status, headers.location]).toEqual([301, await addressOf('apis/policy/v1')]);
  });

  it('is not to be kept when it was asked for without its hash', async () => {
    const { status, headers } = await cluster.get('/openapi/v3/apis/policy/v1');
    expect([status, headers['cache-control'], headers.expires]).toEqual([200, 'no-cache, private', undefined]);
  });

  it('of nothing that is served is not there', async () => {
    const { status, text } = await cluster.get('/openapi/v3/apis/nowhere.example/v1');
    expect([status, text]).toEqual([404, '']);
  });

  it('has no other forms than JSON and protobuf', async () => {
    const { status } = await cluster.get('/openapi/v3/apis/policy/v1', { headers: { accept: 'text/html' } });
    expect(status).toBe(406);
  });
});

describe.skipIf(!cluster.ours)('a custom resource', () => {
  const group = `schemas-${process.pid}-${cluster.on}.example.com`;
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
      versions: [
        {
          name: 'v1beta1',
          served: true,
          storage: false,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'A widget.',
              properties: {
                spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer', minimum: 1 } } },
                status: { type: 'object', properties: { replicas: { type: 'integer' } } },
              },
            },
          },
        },
      ],
    },
  };
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

  it('is discovered and described as its definition says', async () => {
    expect((await cluster.post(definitions, definition)).status).toBe(201);
    try {
      await cluster.until('/openapi/v3', ({ body }) => body.paths[`apis/${group}/v1`] !== undefined);
      await checkDiscovery();
      await checkDocument();
    } finally {
      await cluster.remove(`${definitions}/widgets.${group}`);
    }
  });

  async function checkDiscovery(): Promise<void> {
    const list = await cluster.until(`/apis/${group}/v1`, ({ status }) => status === 200);
    const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
    const part = { singularName: '', namespaced: true, verbs: ['get', 'patch', 'update'] };
    expect(list.body.resources).toEqual([
      {
        name: 'widgets',
        singularName: 'widget',
        namespaced: true,
        kind: 'Widget',
        verbs,
        shortNames: ['wd'],
        categories: ['all'],
        storageVersionHash: expect.stringMatching(/^.{11}=$/),
      },
      { ...part, name: 'widgets/status', kind: 'Widget' },
      { ...part, name: 'widgets/scale', group: 'autoscaling', version: 'v1', kind: 'Scale' },
    ]);
    const { body } = await cluster.get(`/apis/${group}`);
    expect(body.versions.map(({ version }: { version: string }) => version)).toEqual(['v1', 'v1beta1']);
    expect(body.preferredVersion.version).toBe('v1');
  }

  async function checkDocument(): Promise<void> {
    const { body } = await cluster.get(await addressOf(`apis/${group}/v1`));
    const base = `/apis/${group}/v1/namespaces/{namespace}/widgets`;
    expect(Object.keys(body.paths).sort()).toEqual([
      base,
      `${base}/{name}`,
      `${base}/{name}/scale`,
      `${base}/{name}/status`,
      `/apis/${group}/v1/widgets`,
    ]);
    const { patch } = body.paths[`${base}/{name}`];
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group, version: 'v1', kind: 'Widget' });
    expect(patch.parameters.map(({ name }: { name: string }) => name)).toEqual([
      'dryRun',
      'fieldManager',
      'fieldValidation',
      'force',
    ]);
    expect(Object.keys(patch.requestBody.content)).toEqual([
      'application/apply-patch+yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
    ]);
    const name = `${group.split('.').reverse().join('.')}.v1.Widget`;
    const schema = body.components.schemas[name];
    expect(schema).toMatchObject({
      description: 'A widget.',
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] },
        spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer', minimum: 1 } } },
      },
      'x-kubernetes-group-version-kind': [{ group, kind: 'Widget', version: 'v1' }],
    });
    expect(Object.keys(body.components.schemas)).toContain('io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference');
  }
});
