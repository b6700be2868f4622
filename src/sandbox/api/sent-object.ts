import type { KubernetesObject } from '../../kubernetes/object.ts';
import { decodeCustom } from './custom/decoding.ts';
import { decodeFields, type Reading, refused, tellOfFields } from './decode/decode-sent.ts';
import { badRequest } from './errors.ts';
import { isObject, type Json } from './json.ts';
import { apiVersionOf, builtInResources, type Resource } from './resources.ts';

/**
 * What was sent as an object of this resource: its own fields, each of its type. Throws 400 when it is of another kind or version
 * or cannot be read as one, 422 when that comes of a patch.
 */
export function asObject(resource: Resource, value: Json, reading: Reading = {}): KubernetesObject {
  const apiVersion = apiVersionOf(resource);
  checkKind(resource, value, apiVersion, reading);
  const { value: read, unknown } = decodeFields(resource, value, reading);
  const metadata = { ...(isObject(read.metadata) ? read.metadata : {}) };
  const object = { ...read, kind: resource.kind, apiVersion, metadata } as unknown as KubernetesObject;
  const custom = resource.custom ? decodeCustom(resource, object) : { object, unknown: [] };
  tellOfFields(resource, value, [...unknown, ...custom.unknown], reading);
  return custom.object;
}

/** Throws 400 when an object names another namespace than the URL (`apiserver/pkg/registry/rest/meta.go`). */
export function checkNamespace(object: KubernetesObject, namespace: string): void {
  const given = object.metadata.namespace;
  if (given && given !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function checkKind(resource: Resource, value: Json, expected: string, reading: Reading): void {
  const { patch, request } = reading;
  // A strategic merge is read as the kind that it is of, whatever it says.
  if (patch !== undefined && request?.contentType.includes('strategic')) return;
  const apiVersion = value.apiVersion || expected;
  const kind = value.kind || resource.kind;
  if (apiVersion === expected && kind === resource.kind) return;
  const [version = '', group = ''] = String(apiVersion).split('/').reverse();
  const isOtherVersion = kind === resource.kind && group === resource.group && group !== '';
  if (isOtherVersion && patch !== undefined) return;
  if (isOtherVersion)
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`,
    );
  const known = builtInResources.some((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  const home = resource.group.split('.')[0] || 'core';
  const why = known
    ? `converting (${version}.${String(kind)}) to (${home}.${resource.kind}): unknown conversion`
    : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  if (patch !== undefined) throw refused(resource, value, why, reading);
  throw badRequest(`${String(kind)} in version "${version}" cannot be handled as a ${resource.kind}: ${why}`);
}

/** Throws 400 when the body of a subresource is of another kind than the subresource takes. */
export function checkSentKind(kind: string, home: string, { kind: sent, apiVersion }: Json): void {
  if (!sent || sent === kind) return;
  const version = String(apiVersion).split('/').at(-1);
  throw badRequest(
    `${String(sent)} in version "${version}" cannot be handled as a ${kind}: converting (${version}.${String(sent)}) to (${home}.${kind}): unknown conversion`,
  );
}
