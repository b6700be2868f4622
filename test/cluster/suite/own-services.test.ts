import { afterAll, describe, expect, it } from 'vitest';
import { discovered } from '../../../src/sandbox/data/discovered.ts';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const managed = 'kube-aggregator.kubernetes.io/automanaged';
const local = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
  lastTransitionTime: expect.stringMatching(/^\d{4}-.*Z$/),
};
const warningsOf = async (path: string) => (await cluster.get(path)).headers.warning;

// A user's cluster may be of another version.
describe.skipIf(!cluster.ours)('what the server itself serves', () => {
  it('has an APIService for every version of its groups', async () => {
    const { body } = await cluster.get(services, { query: { labelSelector: `${managed}=onstart` } });
    // biome-ignore lint/suspicious/noExplicitAny: whatever a server says.
    const priorities = body.items.map(({ metadata, spec, status }: any) => {
      expect(metadata.name).toBe(`${spec.version}.${spec.group ?? ''}`);
      expect(status.conditions).toEqual([local]);
      return [`${spec.group ?? ''}/${spec.version}`, [spec.groupPriorityMinimum, spec.versionPriority]];
    });
    expect(Object.fromEntries(priorities)).toEqual(discovered.priorities);
  });

  it('gets one for a version of a custom resource, which goes with it', async () => {
    const group = `services-${process.pid}-${cluster.on}.example.com`;
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const made = await cluster.post(definitions, {
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [
          { name: 'v1', served: true, storage: true, schema },
          { name: 'v0', served: false, storage: false, schema },
        ],
      },
    });
    expect(made.status, made.text).toBe(201);
    const { body } = await cluster.until(`${services}/v1.${group}`, ({ status }) => status === 200);
    expect(body.metadata.labels).toEqual({ [managed]: 'true' });
    expect(body.spec).toEqual({ group, version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 });
    expect(body.status.conditions).toEqual([local]);
    expect((await cluster.get(`${services}/v0.${group}`)).status).toBe(404);
    await cluster.remove(`${definitions}/things.${group}`);
    await cluster.until(`${services}/v1.${group}`, ({ status }) => status === 404);
  });

  it('tells how its parts are', async () => {
    const { body } = await cluster.get('/api/v1/componentstatuses');
    // They are asked all at once; how those on other ports are a real API server does not know.
    const found = body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
    expect(found.sort()).toEqual(['controller-manager', 'etcd-0', 'scheduler']);
    expect([body.kind, body.metadata]).toEqual(['ComponentStatusList', {}]);
    const one = await cluster.get('/api/v1/componentstatuses/etcd-0');
    expect(one.body).toEqual({
      apiVersion: 'v1',
      kind: 'ComponentStatus',
      metadata: { name: 'etcd-0' },
      conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
    });
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const shown = await cluster.get('/api/v1/componentstatuses/etcd-0', { headers });
    expect(shown.body.rows[0].cells).toEqual(['etcd-0', 'Healthy', 'ok', '']);
    const none = await cluster.get('/api/v1/componentstatuses/none');
    expect([none.status, none.body.message]).toEqual([404, 'componentstatus "none" not found']);
    const watched = await cluster.get('/api/v1/componentstatuses?watch=true');
    expect([watched.status, watched.body.message]).toEqual([
      405,
      'watch is not supported on resources of kind "componentstatuses"',
    ]);
  });

  it('warns of kinds that are deprecated', async () => {
    const slices = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice';
    expect(await warningsOf('/api/v1/namespaces/default/endpoints')).toBe(`299 - "${slices}"`);
    expect(await warningsOf('/api/v1/componentstatuses')).toBe('299 - "v1 ComponentStatus is deprecated in v1.19+"');
    expect(await warningsOf('/api/v1/namespaces/default/services')).toBeUndefined();
  });
});
