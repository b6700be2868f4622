import { Agent, request } from 'undici';
import { afterAll, expect, inject, it } from 'vitest';
import { decodeProtobuf, protobufType } from '../../../src/sandbox/api/protobuf/decode.ts';
import { createEveryKind } from '../support/every-kind.ts';
import { createHttp } from '../support/http.ts';

const access = inject('realCluster');
if (!access) throw new Error('these tests need the real control plane');
const http = createHttp(access);
const { ca, cert, key, token } = access;
const dispatcher = new Agent({ connect: { ca, cert, key } });
const namespace = `protobuf-${process.pid}`;

await http.post('/api/v1/namespaces', { metadata: { name: namespace } });
const { made, remove } = await createEveryKind(http, namespace, namespace);

afterAll(async () => {
  await remove();
  await http.remove(`/api/v1/namespaces/${namespace}`);
  http.end();
  await dispatcher.close();
});

async function inProtobuf(path: string) {
  const headers = { accept: protobufType, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const { statusCode, body } = await request(`${access?.server}${path}`, { dispatcher, headers });
  expect(statusCode).toBe(200);
  return decodeProtobuf(Buffer.from(await body.arrayBuffer()));
}

/** Both forms of one state: read again when somebody wrote in between. */
async function bothForms(path: string) {
  for (;;) {
    const before = await http.get(path);
    const decoded = await inProtobuf(path);
    const after = await http.get(path);
    if (before.text === after.text) return { decoded, json: before.body };
  }
}

const kinds = made.map(({ object, path }) => [`${object.apiVersion} ${object.kind}`, path] as const);

it.each(kinds)('reads %s from protobuf as the API server writes it in JSON', async (_, path) => {
  const { decoded, json } = await bothForms(path);
  // Protobuf has no kind of what lies inside of others; the API server writes it anew.
  for (const template of json.spec?.volumeClaimTemplates ?? []) {
    delete template.kind;
    delete template.apiVersion;
  }
  expect(decoded).toEqual(json);
  expect(decoded.metadata).toMatchObject({ uid: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

it.each([
  '/api/v1/nodes',
  '/api/v1/namespaces/default',
  '/api/v1/namespaces/kube-system/configmaps',
  '/api/v1/namespaces/kube-system/serviceaccounts',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:controller:deployment-controller',
  '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
  '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
  '/apis/apiregistration.k8s.io/v1/apiservices/v1.',
])('reads %s, which the cluster made itself', async (path) => {
  const { decoded, json } = await bothForms(path);
  expect(decoded).toEqual(json);
});
