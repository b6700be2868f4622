import { randomUUID } from 'node:crypto';
import { generateName } from '../../kubernetes/names.ts';
import type { KubernetesObject, ObjectMeta } from '../../kubernetes/object.ts';
import { badRequest, conflict, invalid, modifiedMeanwhile, unforeseen } from './errors.ts';
import type { Resource } from './resources.ts';
import { type ServerContext, timestamp } from './server-context.ts';
import { immutableMetaFaults } from './validation/object-meta.ts';
import type { WriteOptions } from './write-options.ts';

/** The metadata of a new object: what the server sets is its own. Throws 400 and 422. */
export function firstMetadata(
  context: ServerContext,
  object: KubernetesObject,
  { resource, namespace }: WriteOptions,
): ObjectMeta {
  const given = (object.metadata ?? {}) as Partial<ObjectMeta>;
  const { resourceVersion, deletionTimestamp: _, deletionGracePeriodSeconds: __, managedFields: ___, ...kept } = given;
  if (resourceVersion) throw unforeseen('resourceVersion should not be set on objects to be created');
  if (!given.name && !given.generateName)
    throw invalid(resource, '', [
      { type: 'FieldValueRequired', field: 'metadata.name', message: 'name or generateName is required' },
    ]);
  const { selfLink: ____, namespace: _____, ...rest } = kept as Partial<ObjectMeta> & { selfLink?: string };
  return {
    ...rest,
    name: given.name || generateName(given.generateName ?? ''),
    ...(namespace === '' ? {} : { namespace }),
    uid: randomUUID(),
    creationTimestamp: timestamp(context.now()),
  };
}

/**
 * Throws 400, 409 and 422 when what was sent means another object, or another state of it. Of a PATCH a different UID is not a
 * precondition but a change (`rest/update.go DefaultUpdatedObjectInfo`).
 */
export function checkIdentity(
  resource: Resource,
  current: KubernetesObject,
  { metadata }: KubernetesObject,
  patches = false,
): void {
  const { name, namespace, uid, resourceVersion } = current.metadata;
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  if (!patches && metadata.uid && metadata.uid !== uid) {
    const key = ['/registry', resource.storage.replace(/^\//, ''), ...(namespace ? [namespace] : []), name].join('/');
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`,
    );
  }
  if (metadata.resourceVersion && !/^\d+$/.test(metadata.resourceVersion))
    throw unforeseen(`strconv.ParseUint: parsing ${JSON.stringify(metadata.resourceVersion)}: invalid syntax`);
  if (metadata.resourceVersion && metadata.resourceVersion !== resourceVersion)
    throw conflict(resource, name, modifiedMeanwhile);
  const faults = immutableMetaFaults(metadata, current.metadata);
  if (faults.length > 0) throw invalid(resource, name, faults);
}

/** What clients cannot change: identity and the times of creation and deletion. */
export function carriedMetadata({ metadata }: KubernetesObject, next: KubernetesObject): ObjectMeta {
  const {
    deletionTimestamp: _,
    deletionGracePeriodSeconds: __,
    generation: ___,
    selfLink: ____,
    ...sent
  } = next.metadata as ObjectMeta & { selfLink?: string };
  const { namespace, uid, creationTimestamp, generation, resourceVersion, generateName: base } = metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const kept = { namespace, uid, creationTimestamp, generation, resourceVersion, generateName: base };
  const leaving = { deletionTimestamp, deletionGracePeriodSeconds };
  const known = Object.entries({ ...kept, ...leaving }).filter(([, value]) => value !== undefined);
  return { ...sent, ...Object.fromEntries(known), name: metadata.name };
}

/** Marked for deletion and nothing holds it any more. */
export function isReleased(resource: Resource, object: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (finalizers?.length ?? 0) > 0) return false;
  if (resource.storage === '/namespaces') {
    const own = (object.spec as { finalizers?: string[] } | undefined)?.finalizers;
    return (own?.length ?? 0) === 0;
  }
  return (deletionGracePeriodSeconds ?? 0) === 0;
}
