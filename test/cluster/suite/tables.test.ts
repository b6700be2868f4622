import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { recordedColumns } from '../../../src/sandbox/api/tables/recorded.ts';
import { openCluster } from '../support/cluster.ts';
import { createEveryKind } from '../support/every-kind.ts';

const cluster = await openCluster();
const own = `tables-${process.pid}`;
const namespace = cluster.ours ? await cluster.namespace() : '';
const every = cluster.ours ? await createEveryKind(cluster, namespace, own) : undefined;

afterAll(async () => {
  await every?.remove();
  await cluster.close();
});

/** What a real API server put into the row of each object of `every-kind.yaml`; USER is whoever asked. */
const recorded: Record<string, unknown[]> = JSON.parse(
  readFileSync(new URL('../fixtures/tables.json', import.meta.url), 'utf8'),
);
/** What the sandbox says otherwise: `aggregated-apis` of the list of divergences. */
const divergent: Record<string, unknown[]> = {
  'apiregistration.k8s.io/v1 APIService': ['v1.suite.example.com', 'default/none-such', 'Unknown', 'AGE'],
};
const asTable = (includeObject = 'None') => ({
  headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  query: { includeObject },
});

/** Without names that are this file's, addresses, ports and times. */
function shape(cell: unknown): unknown {
  if (typeof cell !== 'string') return cell;
  return cell
    .replaceAll(namespace, 'NAMESPACE')
    .replaceAll(own, 'suite')
    .replaceAll(/\b10\.\d+\.\d+\.\d+/g, 'ADDRESS')
    .replaceAll(/:3\d{4}\//g, ':PORT/')
    .replaceAll(/^\d{4}-\d\d-\d\dT.*Z$/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UID')
    .replaceAll(/\b\d+(Gi)?\/(?=\d)/g, (used) => (cell.includes(': ') ? 'USED/' : used))
    .replaceAll(/^(\d+[smhdy])+$/g, 'AGE');
}

const kinds = (every?.made ?? []).map((made) => [`${made.object.apiVersion} ${made.object.kind}`, made] as const);

it.each(kinds)('shows %s in the columns and words of Kubernetes', async (kind, { object, path, collection }) => {
  // A controller measures it after it was made.
  if (kind === 'v1 ResourceQuota') await cluster.until(path, (quota) => quota.body.status?.used !== undefined);
  const { status, body } = await cluster.get(path, asTable());
  expect(status).toBe(200);
  expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const plural = collection.split('/').at(-1);
  expect(body.columnDefinitions).toEqual(recordedColumns({ group, version, plural } as never));
  expect(body.rows).toHaveLength(1);
  expect(body.rows[0].object).toBeNull();
  const cells = body.rows[0].cells.map(shape);
  const told = divergent[kind] && cluster.on === 'sandbox' ? divergent[kind] : recorded[kind];
  expect(cells.map((cell: unknown, at: number) => (told?.[at] === 'USER' ? 'USER' : cell))).toEqual(told);
});

it.skipIf(!cluster.ours)('gives with a row its metadata, the object or nothing', async () => {
  const path = `/api/v1/namespaces/${namespace}/configmaps/one`;
  const rowOf = async (include: string) => (await cluster.get(path, asTable(include))).body.rows[0].object;
  expect(await rowOf('None')).toBeNull();
  expect(await rowOf('Metadata')).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'one' } });
  expect(await rowOf('Metadata')).not.toHaveProperty('data');
  expect(await rowOf('Object')).toMatchObject({ kind: 'ConfigMap', data: { empty: '' } });
});

it.skipIf(!cluster.ours)('shows a custom resource in the columns of its definition', async () => {
  const path = `/apis/${own}-every.example.com/v1/namespaces/${namespace}/kinds`;
  await cluster.until(path, ({ status }) => status === 200);
  const object = {
    apiVersion: `${own}-every.example.com/v1`,
    kind: 'Kindly',
    metadata: { name: 'one' },
    spec: { size: 'large', replicas: 3 },
  };
  expect((await cluster.post(path, object)).status).toBe(201);
  const { body } = await cluster.get(path, asTable());
  expect(body.columnDefinitions).toMatchObject([
    { name: 'Name', type: 'string', format: 'name', priority: 0 },
    { name: 'Size', type: 'string', description: 'How large', priority: 0 },
    { name: 'Replicas', type: 'integer', priority: 1 },
    { name: 'Since', type: 'date', priority: 0 },
  ]);
  expect(body.rows[0].cells.map(shape)).toEqual(['one', 'large', 3, 'AGE']);
});
