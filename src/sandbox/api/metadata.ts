import { randomUUID } from 'node:crypto';
import { generateName } from '../../kubernetes/names.ts';
import type { KubernetesObject, ObjectMeta } from '../../kubernetes/object.ts';
import { namespacePhase } from './effects.ts';
import { badRequest, conflict, forbidden, invalid, modifiedMeanwhile, notFound } from './errors.ts';
import type { Resource } from './resources.ts';
import { type ServerContext, timestamp } from './server-context.ts';
import type { WriteOptions } from './write-options.ts';

/** The metadata of a new object: what the server sets is its own. Throws 400 and 422. */
export function firstMetadata(
  context: ServerContext,
  object: KubernetesObject,
  { resource, namespace }: WriteOptions,
): ObjectMeta {
  const given = (object.metadata ?? {}) as Partial<ObjectMeta>;
  const { resourceVersion, deletionTimestamp: _, deletionGracePeriodSeconds: __, managedFields: ___, ...kept } = given;
  if (resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  if (!given.name && !given.generateName)
    throw invalid(resource, '', [
      { type: 'FieldValueRequired', field: 'metadata.name', message: 'name or generateName is required' },
    ]);
  const { generation: ____, namespace: _____, ...rest } = kept;
  return {
    ...rest,
    name: given.name || generateName(given.generateName ?? ''),
    ...(namespace === '' ? {} : { namespace }),
    uid: randomUUID(),
    creationTimestamp: timestamp(context.now()),
  };
}

/** Throws 404 or 403 when nothing new may come into the namespace. */
export function requireNamespace(context: ServerContext, resource: Resource, namespace: string, name: string): void {
  if (!resource.namespaced) return;
  const phase = namespacePhase(context, namespace);
  if (phase === 'missing') throw notFound({ group: '', plural: 'namespaces' }, namespace);
  if (phase === 'terminating')
    throw forbidden(
      resource,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
}

/** Throws 400 and 409 when what was sent means another object, or another state of it. */
export function checkIdentity(resource: Resource, current: KubernetesObject, { metadata }: KubernetesObject): void {
  const { name, uid, resourceVersion } = current.metadata;
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  if (metadata.uid && metadata.uid !== uid)
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${resource.storage}/${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`,
    );
  if (metadata.resourceVersion && metadata.resourceVersion !== resourceVersion)
    throw conflict(resource, name, modifiedMeanwhile);
}

/** What clients cannot change: identity and the times of creation and deletion. */
export function carriedMetadata({ metadata }: KubernetesObject, next: KubernetesObject): ObjectMeta {
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, generation: ___, ...sent } = next.metadata;
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
