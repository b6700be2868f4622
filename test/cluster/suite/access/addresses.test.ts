import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const rules = [
  { verbs: ['list'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'] },
  { verbs: ['watch'], apiGroups: [''], resources: ['services'] },
  { verbs: ['list'], apiGroups: [''], resources: ['endpoints'] },
  { verbs: ['get'], apiGroups: [''], resources: ['secrets'] },
  { verbs: ['*'], apiGroups: ['*'], resources: ['nodes', 'namespaces', 'clusterroles', 'persistentvolumes'] },
];

let namespace = '';
let core = '';
let token = '';
const get = async (path: string, query = {}) => (await cluster.get(path, { token, query })).status;

beforeAll(async () => {
  namespace = await cluster.namespace();
  core = `/api/v1/namespaces/${namespace}`;
  token = (await cluster.post(`${core}/serviceaccounts/default/token`, { spec: {} })).body.status.token;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'odd' };
  const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace }];
  await cluster.post(`${rbac}/namespaces/${namespace}/roles`, { metadata: { name: 'odd' }, rules });
  await cluster.post(`${rbac}/namespaces/${namespace}/rolebindings`, { metadata: { name: 'odd' }, subjects, roleRef });
  await cluster.post(`${core}/configmaps`, { metadata: { name: 'mine' } });
  await cluster.until(`${core}/endpoints`, ({ status }) => status === 200, { token });
});

it.each([
  ['metadata.name=mine', 200],
  ['metadata.name==mine', 200],
  ['metadata.name=mine,metadata.namespace!=x', 200],
  ['metadata.namespace!=x,metadata.name=mine', 200],
  // The comma belongs to the value here, so nothing is said of the name.
  [String.raw`metadata.namespace!=x\,metadata.name=mine`, 403],
  [String.raw`metadata.namespace!=x\\\,metadata.name=mine`, 403],
  ['metadata.name!=mine', 403],
  ['metadata.name=other', 403],
  ['', 403],
])('who may list one object by its name lists with the fields %j: %i', async (fieldSelector, status) => {
  expect(await get(`${core}/configmaps`, { fieldSelector })).toBe(status);
});

it('whether a list is a watch is read as it is served', async () => {
  const short = { timeoutSeconds: 1, fieldSelector: 'metadata.namespace=none' };
  const watching = ['true', '1', 'f', 'F', 'no', ''].map(async (watch) => [
    await get(`${core}/endpoints`, { ...short, watch }),
    await get(`${core}/services`, { ...short, watch }),
  ]);
  expect(await Promise.all(watching)).toEqual(watching.map(() => [403, 200]));
  for (const watch of ['false', '0', 'FALSE', 'fAlse']) {
    expect(await get(`${core}/endpoints`, { watch }), watch).toBe(200);
    expect(await get(`${core}/services`, { watch }), watch).toBe(403);
  }
});

it('the old paths of watches take the right to watch', async () => {
  const [old, short] = [`/api/v1/watch/namespaces/${namespace}`, { timeoutSeconds: 1 }];
  expect(await get(`${old}/secrets/any`, short)).toBe(403);
  expect(await get(`${old}/endpoints`, short)).toBe(403);
  expect(await get(`${old}/services`, short)).toBe(200);
});

it('what belongs to the cluster is not reached through a namespace', async () => {
  for (const path of ['nodes', 'nodes/node-1', 'namespaces/default', 'persistentvolumes'])
    expect((await cluster.get(`${core}/${path}`, { token })).status, path).toBe(404);
  const roles = `${rbac}/namespaces/${namespace}/clusterroles`;
  expect(await get(roles)).toBe(404);
  expect((await cluster.post(roles, { metadata: { name: `${namespace}-made` } }, { token })).status).toBe(404);
  expect((await cluster.get(`${rbac}/clusterroles/${namespace}-made`)).status).toBe(404);
  expect((await cluster.remove(`${core}/nodes/none`, undefined, { token })).status).toBe(404);
});

it('other spellings of a path reach nothing that the plain one does not', async () => {
  await cluster.post(`${core}/secrets`, { metadata: { name: 'read' } });
  await cluster.post(`${core}/configmaps`, { metadata: { name: 'hidden' } });
  expect(await get(`${core}/secrets/read`)).toBe(200);
  for (const path of [
    `${core}/configmaps/hidden`,
    `${core}//configmaps/hidden`,
    `/${core}/configmaps/hidden`,
    `${core}/ConfigMaps/hidden`,
    `${core}/configmap%73/hidden`,
    `${core}/secrets%2f..%2fconfigmaps/hidden`,
    `${core}/secrets/..%2fconfigmaps%2fhidden`,
    `/api/v1/namespaces/${namespace}%2fconfigmaps/hidden`,
    `/api/v1/namespaces/%2e%2e/namespaces/${namespace}/configmaps/hidden`,
    `/version/..${core}/configmaps/hidden`,
    `/healthz/../..${core}/configmaps/hidden`,
  ]) {
    const { status } = await cluster.get(path, { token });
    expect(status, path).not.toBe(200);
  }
});
