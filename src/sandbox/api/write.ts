import type { KubernetesObject } from '../../kubernetes/object.ts';
import { admit, judge } from './admission/admit.ts';
import { allocate } from './allocation.ts';
import { confirmNoEscalation } from './auth/escalation.ts';
import { applyDefaults } from './defaults/defaults.ts';
import { afterCreate, complete } from './effects.ts';
import { alreadyExists, forbidden } from './errors.ts';
import { equal } from './json.ts';
import type { ManagedEntry } from './managed/managers.ts';
import { sharedEntries } from './managed/shared-fields.ts';
import { entriesAfterWrite } from './managed/written.ts';
import { carriedMetadata, checkIdentity, firstMetadata, isReleased } from './metadata.ts';
import type { ServerContext } from './server-context.ts';
import { countsGenerations, firstStatus, isNewGeneration, mergedHalves } from './strategy.ts';
import { validate } from './validation/validate.ts';
import type { WriteOptions } from './write-options.ts';

/**
 * Creates an object of a client. The object has to be the caller's own copy in the stored version. Throws the `StatusError`
 * that a real server answers with. The stages and their order are those of `apiserver/pkg/endpoints/handlers/create.go` and
 * `registry/generic/registry/store.go Create`.
 */
export function createObject(
  context: ServerContext,
  object: KubernetesObject,
  options: WriteOptions,
  managedFields?: ManagedEntry[],
): KubernetesObject {
  const { resource, namespace, writer } = options;
  const make = () => firstMetadata(context, object, options);
  const metadata = { ...(options.reviews?.once('metadata', make) ?? make()) };
  const sent = { ...object, metadata } as KubernetesObject;
  // Defaults.
  const next: KubernetesObject = { ...sent };
  applyDefaults(resource, next);
  // What the client wrote, with what that stands for; not what the server adds.
  const entries = managedFields ?? entriesAfterWrite(resource, undefined, next, writer);

  // Admission that changes.
  const request = { context, ...options, object: next };
  admit(request);
  if (resource.custom?.terminating)
    throw forbidden(resource, metadata.name, 'create not allowed while custom resource definition is terminating');

  // Strategy: what the server itself writes.
  const status = firstStatus(resource, next);
  if (status) next.status = status;
  if (resource.custom && resource.subresources.includes('status')) delete next.status;
  if (countsGenerations(resource, next)) next.metadata.generation = 1;
  complete(resource, next, true);

  // Validation, then admission that only judges.
  validate(resource, next);
  confirmNoEscalation(context.access.authorizer, options.user, resource, next);
  const charge = judge(request);

  // Storage.
  if (context.store.get(resource.storage, namespace, metadata.name)) throw alreadyExists(resource, metadata.name);
  allocate(context, resource, next);
  if (entries.length > 0) next.metadata.managedFields = sharedEntries(entries);
  if (options.dryRun) return next;
  const stored = context.store.put(resource.storage, next);
  charge();
  afterCreate(context, resource, stored);
  return stored;
}

/**
 * Stores what `sent` says in place of `current`, if it may. Returns `current` itself when nothing changes. Removes the object
 * when it was only waiting for its last finalizer. `sent` has to be the caller's own copy, but for a status, which is
 * stored as it came. The stages are those of `registry/generic/registry/store.go Update`.
 */
export function updateObject(
  context: ServerContext,
  current: KubernetesObject,
  sent: KubernetesObject,
  options: WriteOptions,
  applied?: ManagedEntry[],
): KubernetesObject {
  const { resource, subresource, writer } = options;
  checkIdentity(resource, current, sent, options.patches);

  // Strategy: which half is taken.
  const next = mergedHalves(resource, subresource, current, { ...sent, metadata: carriedMetadata(current, sent) });

  // Defaults.
  if (subresource === '' || subresource === 'ephemeralcontainers') applyDefaults(resource, next, current);
  const entries = applied ?? entriesAfterWrite(resource, current, next, writer);

  // Admission that changes.
  const request = { context, ...options, object: next, current };
  admit(request);

  // Strategy: what the server itself writes.
  complete(resource, next, false);
  if (subresource !== 'status') {
    allocate(context, resource, next, current);
    // Validation, then admission that only judges.
    validate(resource, next, current, subresource);
    confirmNoEscalation(context.access.authorizer, options.user, resource, next, current);
  } else if (resource.custom) validate(resource, next, current, subresource);
  const charge = judge(request);
  // A binding is no change of what was asked for.
  const asks = subresource !== 'status' && subresource !== 'binding';
  if (asks && countsGenerations(resource, next) && isNewGeneration(resource, current, next))
    next.metadata.generation = (current.metadata.generation ?? 0) + 1;
  if (entries.length > 0) next.metadata.managedFields = sharedEntries(entries);
  else delete next.metadata.managedFields;

  // Storage.
  if (equal(next, current)) return current;
  if (options.dryRun) return next;
  if (isReleased(resource, next)) return context.store.remove(resource.storage, next);
  const stored = context.store.put(resource.storage, next);
  charge();
  return stored;
}
