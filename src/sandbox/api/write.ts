import { randomUUID } from 'node:crypto';
import { generateName } from '../../kubernetes/names.ts';
import type { KubernetesObject, ObjectMeta } from '../../kubernetes/object.ts';
import { allocate } from './allocation.ts';
import { applyDefaults } from './defaults/defaults.ts';
import { chooseStorageClass } from './defaults/storage.ts';
import { afterCreate, afterRemove, complete, namespacePhase } from './effects.ts';
import { alreadyExists, badRequest, conflict, forbidden, invalid, modifiedMeanwhile, notFound } from './errors.ts';
import { equal } from './json.ts';
import { afterUpdate, type ManagedEntry, type Writer } from './managed/managers.ts';
import { listRulesOf } from './patches/list-rules.ts';
import type { Resource } from './resources.ts';
import { type ServerContext, timestamp } from './server-context.ts';
import { countsGenerations, firstStatus, isNewGeneration, mergedHalves } from './strategy.ts';
import { validate } from './validation/validate.ts';

export interface WriteOptions {
  resource: Resource;
  /** Empty for what belongs to the cluster. */
  namespace: string;
  subresource: string;
  writer: Writer;
  dryRun: boolean;
}

/**
 * Creates an object of a client: metadata, defaults, validation, managed fields, store. The object has to be the caller's
 * own copy in the stored version. Throws the `StatusError` that a real server answers with.
 */
export function createObject(
  context: ServerContext,
  object: KubernetesObject,
  options: WriteOptions,
  managedFields?: ManagedEntry[],
): KubernetesObject {
  const { resource, namespace, writer } = options;
  const metadata = firstMetadata(context, object, options);
  requireNamespace(context, resource, namespace, metadata.name);
  if (context.store.get(resource.storage, namespace, metadata.name)) throw alreadyExists(resource, metadata.name);
  const sent = { ...object, metadata } as KubernetesObject;
  const status = firstStatus(resource, sent);
  const next: KubernetesObject = { ...sent, ...(status ? { status } : {}) };
  if (resource.custom && resource.subresources.includes('status')) delete next.status;
  if (countsGenerations(resource, next)) next.metadata.generation = 1;
  // Managed fields say what the client wanted, so they are taken before the defaults.
  const entries = managedFields ?? afterUpdate(undefined, sent, writer, listRulesOf(resource));
  applyDefaults(resource, next);
  if (resource.kind === 'PersistentVolumeClaim') chooseStorageClass(context, next);
  complete(context, resource, next);
  validate(resource, next);
  allocate(context, resource, next);
  next.metadata.managedFields = entries;
  if (options.dryRun) return next;
  const stored = context.store.put(resource.storage, next);
  afterCreate(context, resource, stored);
  return stored;
}

function firstMetadata(
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

function requireNamespace(context: ServerContext, resource: Resource, namespace: string, name: string): void {
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

/**
 * Stores what `sent` says in place of `current`, if it may. Returns `current` itself when nothing changes. Removes the object
 * when it was only waiting for its last finalizer. `sent` has to be the caller's own copy, but for a status, which is
 * stored as it came.
 */
export function updateObject(
  context: ServerContext,
  current: KubernetesObject,
  sent: KubernetesObject,
  options: WriteOptions,
  applied?: ManagedEntry[],
): KubernetesObject {
  const { resource, subresource, writer } = options;
  checkIdentity(resource, current, sent);
  const next = mergedHalves(resource, subresource, current, { ...sent, metadata: carriedMetadata(current, sent) });
  if (subresource === '') applyDefaults(resource, next, current);
  complete(context, resource, next);
  if (subresource !== 'status') {
    allocate(context, resource, next, current);
    validate(resource, next, current);
  }
  if (subresource !== 'status' && countsGenerations(resource, next) && isNewGeneration(resource, current, next))
    next.metadata.generation = (current.metadata.generation ?? 0) + 1;
  next.metadata.managedFields = applied ?? afterUpdate(current, next, writer, listRulesOf(resource));
  if (equal(next, current)) return current;
  if (options.dryRun) return next;
  if (isReleased(resource, next)) {
    const last = context.store.remove(resource.storage, next);
    afterRemove(context, resource, last);
    return last;
  }
  return context.store.put(resource.storage, next);
}

function checkIdentity(resource: Resource, current: KubernetesObject, { metadata }: KubernetesObject): void {
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
function carriedMetadata({ metadata }: KubernetesObject, next: KubernetesObject): ObjectMeta {
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
