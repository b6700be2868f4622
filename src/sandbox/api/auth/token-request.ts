import { randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { readObject } from '../body.ts';
import { badRequest, conflict, type FieldFault, invalid, notFound } from '../errors.ts';
import { isObject, type Json, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { afterUpdate } from '../managed/managers.ts';
import { mergeTypeOf } from '../managed/merge-type.ts';
import type { Answer, ApiRequest } from '../request.ts';
import { lookUp, type ServerContext, timestamp } from '../server-context.ts';
import { optionsOf } from '../write-options.ts';
import { issuer } from './account-tokens.ts';
import type { BoundTo } from './signed-tokens.ts';
import { accountUserName } from './user.ts';

const about = { group: 'authentication.k8s.io', kind: 'TokenRequest', plural: 'TokenRequest' };
const apiVersion = 'authentication.k8s.io/v1';

/** A pod's own token is asked for with this time and lasts a year, with a warning from then on (`pkg/serviceaccount/claims.go`). */
const podTokenSeconds = 3607;
const extendedSeconds = 365 * 24 * 3600;

/** POST of `serviceaccounts/NAME/token` (`pkg/registry/core/serviceaccount/storage/token.go`). */
export async function requestToken(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name } = request;
  const sent = await readObject(request.incoming, request.contentType);
  const account = lookUp(context, resource, namespace, name);
  if (!account) throw notFound(resource, name);
  const { uid = '' } = account.metadata;
  checkMetadata(objectAt(sent, 'metadata'), account);
  const audiences = listAt(sent, 'spec', 'audiences').map(String);
  const spec: Json = {
    audiences: audiences.length > 0 ? audiences : [issuer],
    expirationSeconds: numberAt(sent, 'spec', 'expirationSeconds') ?? 3600,
    boundObjectRef: objectAt(sent, 'spec').boundObjectRef ?? null,
  };
  checkExpiration(Number(spec.expirationSeconds));
  const nowSeconds = Math.floor(context.now() / 1000);
  const wanted = Number(spec.expirationSeconds);
  const bound = boundTo(context, account, spec.boundObjectRef);
  // The time that a kubelet asks for is stretched; whoever asks for another gets just that.
  const stretched = bound.pod !== undefined && wanted === podTokenSeconds && listAt(spec, 'audiences').includes(issuer);
  const token = context.access.signer.sign({
    aud: listAt(spec, 'audiences').map(String),
    exp: nowSeconds + (stretched ? extendedSeconds : wanted),
    iat: nowSeconds,
    iss: issuer,
    jti: randomUUID(),
    'kubernetes.io': { ...bound, ...(stretched ? { warnafter: nowSeconds + wanted } : {}) },
    nbf: nowSeconds,
    sub: accountUserName(namespace, name),
  });
  const { writer } = optionsOf(context, request, namespace, 'Update');
  const written = {
    ...sent,
    kind: about.kind,
    apiVersion,
    spec: { ...objectAt(sent, 'spec'), expirationSeconds: wanted },
  };
  const managedFields = afterUpdate(
    undefined,
    { ...written, metadata: { name } } as unknown as KubernetesObject,
    { ...writer, subresource: 'token' },
    mergeTypeOf({ group: about.group, kind: about.kind, version: 'v1' }),
  );
  const metadata = { name, namespace, uid, creationTimestamp: timestamp(context.now()), managedFields };
  const status = { token, expirationTimestamp: timestamp((nowSeconds + wanted) * 1000) };
  return { status: 201, object: { kind: about.kind, apiVersion, metadata, spec, status } };
}

function checkMetadata(sent: Json, { metadata }: KubernetesObject): void {
  for (const field of ['name', 'namespace'] as const)
    if (sent[field] && sent[field] !== metadata[field])
      throw invalid(about, metadata.name, [
        {
          type: 'FieldValueInvalid',
          field: `metadata.${field}`,
          message: `${JSON.stringify(sent[field])}: must match the service account ${field} if specified`,
        },
      ]);
  if (sent.uid && sent.uid !== metadata.uid)
    throw conflict(
      about,
      metadata.name,
      `the UID in the token request (${String(sent.uid)}) does not match the UID of the service account (${metadata.uid})`,
    );
}

function checkExpiration(seconds: number): void {
  const fault = (message: string): FieldFault => ({
    type: 'FieldValueInvalid',
    field: 'spec.expirationSeconds',
    message: `${seconds}: ${message}`,
  });
  if (seconds < 600) throw invalid(about, '', [fault('may not specify a duration less than 10 minutes')]);
  if (seconds > 2 ** 32) throw invalid(about, '', [fault('may not specify a duration larger than 2^32 seconds')]);
}

function boundTo({ store }: ServerContext, account: KubernetesObject, reference: unknown): BoundTo {
  const { namespace = '', name, uid = '' } = account.metadata;
  const bound: BoundTo = { namespace, serviceaccount: { name, uid } };
  if (!isObject(reference)) return bound;
  const [kind, wanted, version] = [
    textAt(reference, 'kind'),
    textAt(reference, 'name'),
    textAt(reference, 'apiVersion'),
  ];
  const plural = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }[kind];
  if (!plural || version.includes('/')) throw badRequest(`cannot bind token to object of type ${inGo(version, kind)}`);
  const found = store.get(`/${plural}`, kind === 'Node' ? '' : namespace, wanted);
  if (!found) throw notFound({ group: '', plural }, wanted);
  const asked = textAt(reference, 'uid');
  if (kind === 'Pod' && textAt(found, 'spec', 'serviceAccountName') !== name)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(name)} to pod running with different serviceaccount name.`,
    );
  if (asked && asked !== found.metadata.uid)
    throw conflict(
      { group: '', plural: kind },
      wanted,
      `the UID in the bound object reference (${asked}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  const own = { name: wanted, uid: found.metadata.uid ?? '' };
  if (kind === 'Secret') return { ...bound, secret: own };
  if (kind === 'Node') return { ...bound, node: own };
  const nodeName = textAt(found, 'spec', 'nodeName');
  if (nodeName === '') return { ...bound, pod: own };
  return { ...bound, pod: own, node: { name: nodeName, uid: store.get('/nodes', '', nodeName)?.metadata.uid ?? '' } };
}

/** `/v1, Kind=ConfigMap` */
function inGo(version: string, kind: string): string {
  return `${version.includes('/') ? version : `/${version}`}, Kind=${kind}`;
}
