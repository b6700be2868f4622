import type { KubernetesObject } from '../../kubernetes/object.ts';
import { decodeCustom } from './custom/decoding.ts';
import { badRequest } from './errors.ts';
import { isObject, type Json } from './json.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { checkTypes } from './validation/json-types.ts';

/** What was sent as an object of this resource. Throws 400 when it is of another kind or version. */
export function asObject(resource: Resource, value: Json): KubernetesObject {
  const apiVersion = apiVersionOf(resource);
  if (value.apiVersion !== undefined && value.apiVersion !== '' && value.apiVersion !== apiVersion)
    throw badRequest(
      `the API version in the data (${String(value.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  if (value.kind !== undefined && value.kind !== '' && value.kind !== resource.kind)
    throw badRequest(
      `${String(value.kind)} in version "${resource.version}" cannot be handled as a ${resource.kind}: the kind in the data does not match the resource ${resource.plural}`,
    );
  if (value.metadata !== undefined && value.metadata !== null && !isObject(value.metadata))
    throw badRequest(`${resource.kind} in version "${resource.version}": metadata is not an object`);
  checkTypes(resource, value);
  const metadata = { ...(isObject(value.metadata) ? value.metadata : {}) };
  const object = { ...value, kind: resource.kind, apiVersion, metadata } as unknown as KubernetesObject;
  return resource.custom ? decodeCustom(resource, object).object : object;
}

/** Throws 400 when an object names another namespace than the URL (`apiserver/pkg/registry/rest/meta.go`). */
export function checkNamespace(object: KubernetesObject, namespace: string): void {
  const given = object.metadata.namespace;
  if (given && given !== namespace)
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request (${given} and ${namespace || 'none'})`,
    );
}
