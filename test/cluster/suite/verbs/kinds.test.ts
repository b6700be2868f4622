import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { everyKind, type KindObject, pathsByKind } from '../../support/every-kind.ts';

const cluster = await openCluster();
const pathOf = await pathsByKind(cluster);
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const shape = {
  uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  resourceVersion: expect.stringMatching(/^[1-9]\d*$/),
};
const table = 'application/json;as=Table;g=meta.k8s.io;v=v1';
const partial = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Kinds whose name follows from what they hold. */
const namedByContent = new Set(['APIService', 'CustomResourceDefinition']);
/** Kinds that somebody else writes into as soon as they are there. */
const restless = new Set(['APIService', 'CustomResourceDefinition', 'PersistentVolumeClaim', 'PersistentVolume']);
/** Kinds that somebody else writes into once, and where that is seen. */
const settles: Record<string, string> = { ResourceQuota: 'used' };
/** Of whose object here nothing is owned by anybody. */
const unmanaged = new Set(['MutatingWebhookConfiguration', 'CertificateSigningRequest']);
/** Kinds whose names may be long enough for a base to be cut. */
const longNames = new Set(['ConfigMap', 'Secret', 'Pod', 'Deployment', 'Service', 'StorageClass', 'Role']);
/** Kinds whose generation counts labels too. */
const countsLabels = new Set(['EndpointSlice']);
/** Kinds that answer a delete with the object that is gone, not with a Status. */
const returned = new Set([
  'Pod',
  'ServiceAccount',
  'Service',
  'ResourceQuota',
  'PodTemplate',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
]);

const own = `suite-verbs-${process.pid}-${Date.now().toString(36)}`;
const kinds = everyKind(namespace, own).map((object): [string, KindObject] => [
  `${object.apiVersion} ${object.kind}`,
  object,
]);

describe.runIf(cluster.ours).each(kinds)('%s', (_, object) => {
  const path = pathOf(object, namespace);
  const { name } = object.metadata as { name: string };
  const one = `${path}/${name}`;
  const typed = { apiVersion: object.apiVersion, kind: object.kind };

  it('is created, read, listed and shown', async () => {
    const dry = await cluster.post(path, object, { query: { dryRun: 'All' } });
    expect(dry.status, dry.text).toBe(201);
    expect(dry.body.metadata).toMatchObject({ name, uid: shape.uid, creationTimestamp: shape.creationTimestamp });
    expect(dry.body.metadata.resourceVersion).toBeUndefined();
    expect((await cluster.get(one)).status).toBe(404);

    const made = await cluster.post(path, object);
    expect(made.status, made.text).toBe(201);
    expect(made.headers.location).toBeUndefined();
    expect(made.body).toMatchObject({ ...typed, metadata: { name, ...shape } });
    expect(made.body.metadata.selfLink).toBeUndefined();
    const entry = { manager: 'suite', operation: 'Update', apiVersion: object.apiVersion };
    if (!unmanaged.has(object.kind))
      expect(made.body.metadata.managedFields).toContainEqual(expect.objectContaining(entry));
    const twice = await cluster.post(path, object);
    expect(twice.body).toMatchObject({ status: 'Failure', reason: 'AlreadyExists', code: 409, details: { name } });

    const settled = settles[object.kind];
    if (settled) await cluster.until(one, ({ body }) => body.status?.[settled] !== undefined);
    const got = await cluster.get(one);
    expect(got.body).toMatchObject({ ...typed, metadata: { name, uid: made.body.metadata.uid } });
    const list = await cluster.get(path, { query: { fieldSelector: `metadata.name=${name}` } });
    expect(list.body).toMatchObject({ apiVersion: object.apiVersion, kind: `${object.kind}List` });
    expect(list.body.items.map((item: KindObject) => item.metadata.name)).toEqual([name]);
    if (object.kind !== 'CustomResourceDefinition') expect(list.body.items[0].kind).toBeUndefined();
  });

  it('is shown as a Table and as metadata', async () => {
    const query = { fieldSelector: `metadata.name=${name}` };
    for (const [includeObject, row] of [
      ['None', null],
      ['Metadata', expect.objectContaining({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' })],
      ['Object', expect.objectContaining(typed)],
    ] as const) {
      const shown = await cluster.get(path, { headers: { accept: table }, query: { ...query, includeObject } });
      expect(shown.body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
      expect(shown.body.rows).toHaveLength(1);
      expect(shown.body.rows[0].object).toEqual(row);
    }
    const meta = await cluster.get(one, { headers: { accept: partial } });
    expect(Object.keys(meta.body).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(meta.body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name } });
  });

  it.skipIf(restless.has(object.kind))(
    'is replaced: nothing new keeps the version, a stale one is a conflict',
    async () => {
      const before = (await cluster.get(one)).body;
      const same = await cluster.put(one, before);
      expect(same.status, same.text).toBe(200);
      expect(same.body.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
      const metadata = { ...before.metadata, labels: { ...before.metadata.labels, changed: 'yes' } };
      const changed = await cluster.put(one, { ...before, metadata });
      expect(changed.status, changed.text).toBe(200);
      expect(Number(changed.body.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
      const grown = countsLabels.has(object.kind) ? 1 : 0;
      if (before.metadata.generation !== undefined)
        expect(changed.body.metadata.generation).toBe(before.metadata.generation + grown);
      const stale = await cluster.put(one, { ...before, metadata: { ...metadata, resourceVersion: '1' } });
      expect(stale.body).toMatchObject({ reason: 'Conflict', code: 409, details: { name } });
      expect(stale.body.message).toMatch(
        /^Operation cannot be fulfilled on [a-z.0-9]+ ".+": the object has been modified; please apply your changes to the latest version and try again$/,
      );
    },
  );

  it('keeps status and the rest apart', async () => {
    const before = (await cluster.get(one)).body;
    const status = await cluster.patch(`${one}/status`, { metadata: { labels: null } }, 'merge-patch+json', {
      query: { dryRun: 'All' },
    });
    if (status.status === 404) {
      expect(status.body).toMatchObject({ reason: 'NotFound', details: {} });
      return;
    }
    expect(status.status, status.text).toBe(200);
    // What cannot be decoded as a status would be refused: an empty one leaves the rest as it was.
    expect(status.body.spec).toEqual(before.spec);
    const main = await cluster.patch(one, { status: null }, 'merge-patch+json', { query: { dryRun: 'All' } });
    expect(main.status, main.text).toBe(200);
    const after = (await cluster.get(one)).body;
    // Whose status somebody keeps may have another one by now.
    expect([before.status, after.status]).toContainEqual(main.body.status);
  });

  it('is deleted', async () => {
    const before = (await cluster.get(one)).body;
    const precondition = await cluster.remove(one, { preconditions: { uid: 'another' } });
    expect(precondition.body).toMatchObject({ reason: 'Conflict', code: 409 });
    const dry = await cluster.remove(one, undefined, { query: { dryRun: 'All' } });
    expect(dry.status).toBe(200);
    const left = await cluster.get(one);
    expect(left.body.metadata.deletionTimestamp).toBeUndefined();
    const gone = await cluster.remove(one, { propagationPolicy: 'Background' });
    expect(gone.status, gone.text).toBe(200);
    if (returned.has(object.kind)) expect(gone.body).toMatchObject({ ...typed, metadata: { name } });
    else if (gone.body.kind === 'Status')
      expect(gone.body).toMatchObject({ status: 'Success', details: { name, uid: before.metadata.uid } });
    else expect(gone.body.metadata).toMatchObject({ name, deletionTimestamp: shape.creationTimestamp });
    await cluster.patch(one, { metadata: { finalizers: null } }, 'merge-patch+json');
    await cluster.until(one, (answer) => answer.status === 404);
  });

  it.skipIf(namedByContent.has(object.kind))('takes a generated name', async () => {
    const base = 'n'.repeat(longNames.has(object.kind) ? 62 : 40);
    const metadata: Record<string, unknown> = { ...object.metadata, generateName: base };
    delete metadata.name;
    const made = await cluster.post(path, { ...object, metadata }, { query: { dryRun: 'All' } });
    expect(made.status, made.text).toBe(201);
    expect(made.body.metadata.name).toMatch(new RegExp(`^${base.slice(0, 58)}[bcdfghjklmnpqrstvwxz2456789]{5}$`));
    expect(made.body.metadata.generateName).toBe(base);
  });
});
