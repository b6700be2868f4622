import { afterAll, describe, expect, it } from 'vitest';
import { builtInResources } from '../../../src/sandbox/api/resources.ts';
import { discovered } from '../../../src/sandbox/data/discovered.ts';
import type { Divergence } from '../divergences.ts';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const accept = (type: string) => ({ headers: { accept: type } });
const own = new Set(discovered.groups.map(({ metadata }) => metadata.name));

const unfit = 'Not Acceptable\n\nAvailable representations: ';
const negotiated: [path: string, accept: string, status: number, told: string][] = [
  ['/api', 'application/yaml', 200, 'application/yaml'],
  ['/apis/apps', 'application/yaml', 200, 'application/yaml'],
  ['/apis/apps/v1', 'application/yaml', 200, 'application/yaml'],
  ['/apis', aggregated.replace('json', 'yaml'), 200, aggregated.replace('json', 'yaml')],
  ['/apis/apps', aggregated, 406, 'only the following media types are accepted'],
  ['/apis/apps/v1', aggregated, 406, 'only the following media types are accepted'],
  ['/api', 'text/html', 406, unfit],
  ['/apis', 'text/html', 406, 'only the following media types are accepted'],
  ['/apis/apps/v1', 'text/html', 406, unfit],
  ['/version', 'application/yaml', 406, ''],
  ['/version', 'text/html', 406, unfit],
  ['/version', aggregated, 200, 'application/json'],
];

it.each(negotiated)('%s as %s is answered %i', async (path, type, status, told) => {
  const answer = await cluster.get(path, accept(type));
  expect(answer.status).toBe(status);
  expect(status === 200 ? answer.headers['content-type'] : answer.text).toContain(JSON.stringify(told).slice(1, -1));
});

const inJson: Divergence = 'protobuf-answers';

it(`answers in protobuf (${inJson})`, async () => {
  const { status } = await cluster.get('/apis/apps/v1', accept('application/vnd.kubernetes.protobuf'));
  expect(status).toBe(cluster.on === 'sandbox' ? 406 : 200);
});

// A user's cluster may be of another version.
describe.skipIf(!cluster.ours)('what is built in', () => {
  it('is listed in one answer of each root, in the order of priorities', async () => {
    const core = await cluster.get('/api', accept(aggregated));
    expect(core.headers['content-type']).toBe(aggregated);
    expect(core.body).toEqual({
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items: discovered.core,
    });
    const { body } = await cluster.get('/apis', accept(aggregated));
    const items = body.items.filter(({ metadata }: { metadata: { name: string } }) => own.has(metadata.name));
    expect(items).toEqual(discovered.groups);
  });

  it('is listed by group and version for older clients', async () => {
    const groups = (await cluster.get('/apis')).body;
    expect(groups).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
    const named = groups.groups.filter(({ name }: { name: string }) => own.has(name));
    expect(named.map(({ name }: { name: string }) => name)).toEqual(discovered.groups.map((one) => one.metadata.name));
    expect(named.find(({ name }: { name: string }) => name === 'autoscaling')).toEqual({
      name: 'autoscaling',
      versions: [
        { groupVersion: 'autoscaling/v2', version: 'v2' },
        { groupVersion: 'autoscaling/v1', version: 'v1' },
      ],
      preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
    });
    expect((await cluster.get('/apis/apps')).body).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'apps',
      versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
    });
    const versions = (await cluster.get('/api')).body;
    expect(versions).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect(versions.serverAddressByClientCIDRs).toEqual([
      { clientCIDR: '0.0.0.0/0', serverAddress: new URL(cluster.access.server).host },
    ]);
  });

  it('has an entry for each resource and subresource in the list of its version', async () => {
    const { body } = await cluster.get('/apis/apps/v1');
    expect(body).toMatchObject({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'apps/v1' });
    const deployments = body.resources.filter(({ name }: { name: string }) => name.startsWith('deployments'));
    expect(deployments).toEqual([
      {
        name: 'deployments',
        singularName: 'deployment',
        namespaced: true,
        kind: 'Deployment',
        verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
        shortNames: ['deploy'],
        categories: ['all'],
        storageVersionHash: '8aSe+NMegvE=',
      },
      {
        name: 'deployments/scale',
        singularName: '',
        namespaced: true,
        group: 'autoscaling',
        version: 'v1',
        kind: 'Scale',
        verbs: ['get', 'patch', 'update'],
      },
      {
        name: 'deployments/status',
        singularName: '',
        namespaced: true,
        kind: 'Deployment',
        verbs: ['get', 'patch', 'update'],
      },
    ]);
    const core = (await cluster.get('/api/v1')).body;
    expect(core.apiVersion).toBeUndefined();
    expect(core.resources.find(({ name }: { name: string }) => name === 'pods/eviction')).toEqual({
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
  });

  it('can be listed, all of it', async () => {
    const listed = builtInResources.filter(({ discovered: found }) => found?.verbs.includes('watch'));
    const answers = await Promise.all(
      listed.map(async ({ group, version, plural, kind }) => {
        const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
        const { status, body } = await cluster.get(`${base}/${plural}?limit=1`);
        return [plural, status, body.kind === `${kind}List`];
      }),
    );
    expect(answers).toEqual(listed.map(({ plural }) => [plural, 200, true]));
  });
});

describe('a client', () => {
  it('is spared what it already has', async () => {
    const first = await cluster.get('/api', accept(aggregated));
    expect(first.headers).toMatchObject({ vary: 'Accept', 'cache-control': 'public' });
    const etag = String(first.headers.etag);
    expect(etag).toMatch(/^"[0-9A-F]{128}"$/);
    const again = await cluster.get('/api', { headers: { accept: aggregated, 'if-none-match': etag } });
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
  });

  it('gets the first form of discovery that it takes', async () => {
    const beta = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';
    expect((await cluster.get('/apis', accept(`${beta},${aggregated},application/json`))).body.kind).toBe(
      'APIGroupDiscoveryList',
    );
    expect((await cluster.get('/apis', accept(`${beta},application/json`))).body.kind).toBe('APIGroupList');
    const refused = await cluster.get('/apis', accept(beta));
    expect(refused.status).toBe(406);
    expect(refused.body).toMatchObject({
      message:
        'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
      reason: 'NotAcceptable',
      code: 406,
    });
  });

  it('is told in two ways that something is not served', async () => {
    for (const path of ['/apis/nowhere.example', '/apis/nowhere.example/v1', '/nowhere']) {
      const { status, text, headers } = await cluster.get(path);
      expect([status, text, headers['content-type']]).toEqual([
        404,
        '404 page not found\n',
        'text/plain; charset=utf-8',
      ]);
    }
    for (const path of ['/apis/apps/v9', '/api/v2'])
      expect((await cluster.get(path)).body).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'the server could not find the requested resource',
        reason: 'NotFound',
        details: {},
        code: 404,
      });
  });

  it('is told the version', async () => {
    const { body } = await cluster.get('/version');
    expect(Object.keys(body)).toEqual(expect.arrayContaining(Object.keys(discovered.version)));
    expect(body).toMatchObject({ major: '1', gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/) });
  });
});

it('finds the metrics API behind the aggregation layer', async () => {
  const { body } = await cluster.get('/apis', accept(aggregated));
  const names = body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  expect(names.at(-1)).toBe('metrics.k8s.io');
  expect((await cluster.get('/apis/metrics.k8s.io/v1beta1')).body).toMatchObject({
    groupVersion: 'metrics.k8s.io/v1beta1',
    resources: [
      { name: 'nodes', kind: 'NodeMetrics', namespaced: false, verbs: ['get', 'list'], singularName: 'node' },
      { name: 'pods', kind: 'PodMetrics', namespaced: true, verbs: ['get', 'list'], singularName: 'pod' },
    ],
  });
});
