import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeProtobuf, protobufType } from '../../../src/sandbox/api/protobuf/decode.ts';
import { openCluster } from '../support/cluster.ts';
import { type KindObject, pathsByKind } from '../support/every-kind.ts';

const cluster = await openCluster();
const pathOf = await pathsByKind(cluster);
afterAll(() => cluster.close());

const headers = { 'content-type': protobufType };
const configMaps = '/api/v1/namespaces/default/configmaps';

/** What a real API server wrote of `every-kind.yaml`, by kind; but for those whose addresses or labels are given anew each time. */
const recorded: [string, string][] = Object.entries(
  JSON.parse(readFileSync(new URL('../fixtures/protobuf.json', import.meta.url), 'utf8')),
);

/** Set anew at every create. */
const drop = ({ metadata, ...rest }: KindObject) => {
  const { uid, creationTimestamp, managedFields, ...kept } = metadata as Record<string, unknown>;
  return { ...rest, metadata: kept };
};

describe.runIf(cluster.ours)('bodies in protobuf', () => {
  it.each(recorded)('takes a %s as it takes the same in JSON', async (_, base64) => {
    const bytes = Buffer.from(base64, 'base64');
    const object = decodeProtobuf(bytes) as KindObject;
    const path = `${pathOf(object, 'default')}?dryRun=All`;
    const [binary, text] = [await cluster.post(path, bytes, { headers }), await cluster.post(path, object)];
    expect([binary.status, text.status], binary.text).toEqual([201, 201]);
    expect(drop(binary.body)).toEqual(drop(text.body));
    expect(binary.body).toMatchObject({ apiVersion: object.apiVersion, kind: object.kind });
  });

  it('keeps the bytes of a Secret and the text of a ConfigMap', async () => {
    const of = (kind: string) => Buffer.from(recorded.find(([name]) => name === kind)?.[1] ?? '', 'base64');
    const secret = await cluster.post('/api/v1/namespaces/default/secrets?dryRun=All', of('v1 Secret'), { headers });
    expect(secret.body.data).toEqual({ password: 'c2VjcmV0', empty: '' });
    const configMap = await cluster.post(`${configMaps}?dryRun=All`, of('v1 ConfigMap'), { headers });
    expect(configMap.body.data).toEqual({ text: 'line\nline', empty: '' });
    expect(configMap.body.binaryData).toEqual({ bytes: 'AAECAw==' });
  });

  it.each([
    [
      'what is no protobuf',
      'garbage',
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    ],
    ['a message that ends too early', 'k8s\0\n\xff', 'unexpected EOF'],
  ])('refuses %s', async (_, body, reason) => {
    const answer = await cluster.post(configMaps, Buffer.from(body, 'latin1'), { headers });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ kind: 'Status', reason: 'BadRequest', code: 400 });
    expect(answer.body.message).toContain(reason);
  });

  it('refuses CBOR, which is off by default', async () => {
    const answer = await cluster.post(configMaps, Buffer.from([0xd9, 0xd9, 0xf7, 0xa0]), {
      headers: { 'content-type': 'application/cbor' },
    });
    expect(answer.status).toBe(415);
    expect(answer.body.message).toBe(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  });
});
