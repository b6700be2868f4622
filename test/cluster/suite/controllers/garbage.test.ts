import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { create, eventAbout, uniqueName } from './cluster-objects.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const leftovers: string[] = [];
afterAll(async () => {
  for (const path of leftovers) await cluster.remove(path);
  await cluster.close();
});

interface Owner {
  name: string;
  uid: string;
  [field: string]: unknown;
}

const map = (name: string, ...ownerReferences: object[]) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ownerReferences },
});

async function owner(name: string): Promise<Owner> {
  const { metadata } = await create(cluster, maps, map(name));
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: metadata.uid };
}

const gone = (name: string) => cluster.until(`${maps}/${name}`, ({ status }) => status === 404);
const foreground = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' };
const orphan = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan' };

describe('what is owned', () => {
  it('goes after its owner, and only with its last one', async () => {
    const [one, two] = [await owner('one'), await owner('two')];
    await create(cluster, maps, map('child', one));
    await create(
      cluster,
      maps,
      map('grandchild', { ...one, name: 'child', uid: (await cluster.get(`${maps}/child`)).body.metadata.uid }),
    );
    await create(cluster, maps, map('shared', one, two));
    await cluster.remove(`${maps}/one`);
    await gone('child');
    await gone('grandchild');
    const { body } = await cluster.until(`${maps}/shared`, ({ body }) => body.metadata.ownerReferences.length === 1);
    expect(body.metadata.ownerReferences).toEqual([two]);
  });

  it('goes when its owner never was, or is another one of that name', async () => {
    const { name } = await owner('namesake');
    await create(
      cluster,
      maps,
      map('absent', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: 'never',
        uid: 'ffffffff-0000-0000-0000-000000000001',
      }),
    );
    await create(
      cluster,
      maps,
      map('mistaken', { apiVersion: 'v1', kind: 'ConfigMap', name, uid: 'ffffffff-0000-0000-0000-000000000002' }),
    );
    await gone('absent');
    await gone('mistaken');
    expect((await cluster.get(`${maps}/namesake`)).status).toBe(200);
  });

  it('holds an owner that is deleted in the foreground, if it is to', async () => {
    const first = await owner('held');
    const held = { ...map('blocking', { ...first, blockOwnerDeletion: true }) };
    await create(cluster, maps, { ...held, metadata: { ...held.metadata, finalizers: ['example.com/wait'] } });
    await create(cluster, maps, map('free', first));
    const answer = await cluster.remove(`${maps}/held`, foreground);
    expect(answer.body.metadata.finalizers).toEqual(['foregroundDeletion']);
    await cluster.until(`${maps}/blocking`, ({ body }) => body.metadata.deletionTimestamp !== undefined);
    expect((await cluster.get(`${maps}/held`)).status).toBe(200);
    await cluster.patch(`${maps}/blocking`, { metadata: { finalizers: null } }, 'merge-patch+json');
    await gone('held');
    await gone('free');
  });

  it('does not hold an owner if it need not', async () => {
    const first = await owner('loose');
    const child = map('dangling', first);
    await create(cluster, maps, { ...child, metadata: { ...child.metadata, finalizers: ['example.com/wait'] } });
    await cluster.remove(`${maps}/loose`, foreground);
    await gone('loose');
    const { body } = await cluster.until(
      `${maps}/dangling`,
      ({ body }) => body.metadata.deletionTimestamp !== undefined,
    );
    expect(body.metadata.finalizers).toEqual(['example.com/wait']);
    await cluster.patch(`${maps}/dangling`, { metadata: { finalizers: null } }, 'merge-patch+json');
    await gone('dangling');
  });

  it('is let go when its owner orphans it', async () => {
    const first = await owner('parent');
    await create(cluster, maps, map('orphan', first));
    const answer = await cluster.remove(`${maps}/parent`, orphan);
    expect(answer.body.metadata.finalizers).toEqual(['orphan']);
    await gone('parent');
    const { body } = await cluster.get(`${maps}/orphan`);
    expect(body.metadata.ownerReferences).toBeUndefined();
  });

  it.skipIf(!cluster.ours)('cannot have its owner in another namespace', async () => {
    const elsewhere = await cluster.namespace();
    const { metadata } = await create(cluster, `/api/v1/namespaces/${elsewhere}/configmaps`, map('foreign'));
    await create(
      cluster,
      maps,
      map('stray', { apiVersion: 'v1', kind: 'ConfigMap', name: 'foreign', uid: metadata.uid }),
    );
    const event = await eventAbout(cluster, namespace, 'stray', { reason: 'OwnerRefInvalidNamespace' });
    expect(event).toMatchObject({
      type: 'Warning',
      message: `ownerRef [v1/ConfigMap, namespace: ${namespace}, name: foreign, uid: ${metadata.uid}] does not exist in namespace "${namespace}"`,
      reportingComponent: 'garbage-collector-controller',
    });
    await gone('stray');
  });

  it.skipIf(!cluster.ours)('goes with an owner of the whole cluster', async () => {
    const name = uniqueName('suite-owner');
    leftovers.push(`${roles}/${name}`);
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules: [] };
    const { metadata } = await create(cluster, roles, role);
    await create(
      cluster,
      maps,
      map('belonging', { apiVersion: role.apiVersion, kind: role.kind, name, uid: metadata.uid }),
    );
    await cluster.remove(`${roles}/${name}`);
    await gone('belonging');
  });

  // The real collector reads every 30 s which kinds there are, and begins anew while other tests make and remove some
  // (pkg/controller/garbagecollector/garbagecollector.go, Sync).
  const slowly = { withinMs: 100_000 };
  it.skipIf(!cluster.ours)(
    'goes with a custom resource, and a custom resource with it',
    { timeout: 120_000 },
    async () => {
      const plural = uniqueName('suitethings').replaceAll('-', '');
      const group = 'suite.example.com';
      const definition = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural, singular: plural, kind: 'SuiteThing', listKind: 'SuiteThingList' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      };
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      await create(cluster, definitions, definition);
      leftovers.push(`${definitions}/${plural}.${group}`);
      const things = `/apis/${group}/v1/namespaces/${namespace}/${plural}`;
      await cluster.until(things, ({ status }) => status === 200);
      const thing = { apiVersion: `${group}/v1`, kind: 'SuiteThing', metadata: { name: 'top' } };
      const { metadata } = await create(cluster, things, thing);
      const reference = { apiVersion: thing.apiVersion, kind: thing.kind, name: 'top', uid: metadata.uid };
      await create(cluster, maps, map('of-thing', reference));
      await create(cluster, things, { ...thing, metadata: { name: 'below', ownerReferences: [reference] } });
      await cluster.remove(`${things}/top`);
      await cluster.until(`${things}/below`, ({ status }) => status === 404, slowly);
      await gone('of-thing');
    },
  );
});
