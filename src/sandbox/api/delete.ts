import type { KubernetesObject } from '../../kubernetes/object.ts';
import { keepImmortal } from './admission/namespace-lifecycle.ts';
import { askAboutDeletion } from './admission/webhooks/ask.ts';
import { leavingDefinition } from './custom/definition-status.ts';
import { definitionStorage } from './custom-resources.ts';
import { type DeleteOptions, deleteOptionsOf } from './delete-options.ts';
import { conflict, notFound } from './errors.ts';
import { type Json, numberAt, textAt } from './json.ts';
import { listOptionsOf } from './list-options.ts';
import { isReleased } from './metadata.ts';
import { presentationOf } from './presentation.ts';
import type { Answer, ApiRequest } from './request.ts';
import type { Resource } from './resources.ts';
import { lookUp, type ServerContext, timestamp } from './server-context.ts';

/** What is gone at once is told by a Status, but of these kinds (`ReturnDeletedObject` of `pkg/registry/<group>/<kind>/storage`). */
const returned = new Set([
  'Pod',
  'Namespace',
  'Service',
  'ServiceAccount',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ResourceQuota',
  'PodTemplate',
  'StorageClass',
  'CSIDriver',
  'CSINode',
  'VolumeAttachment',
  'VolumeAttributesClass',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceSlice',
  'DeviceClass',
]);

export async function remove(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name } = request;
  const options = await deleteOptionsOf(request);
  const current = lookUp(context, resource, namespace, name);
  if (!current) throw notFound(resource, name);
  askAboutDeletion({ ...request, context, current, dryRun: options.dryRun });
  const { object, gone } = deleteObject(context, resource, current, options);
  if (!gone || (!resource.custom && returned.has(resource.kind)))
    return { status: 200, object: presentationOf(request).one(object) };
  return { status: 200, object: success(resource, object) };
}

export async function removeCollection(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, query } = request;
  const options = await deleteOptionsOf(request);
  const { selection } = listOptionsOf(resource, query);
  const all = context.store.list(resource.storage, namespace === '' ? undefined : namespace);
  const chosen = selection ? all.filter(selection) : all;
  for (const current of chosen)
    askAboutDeletion({
      ...request,
      namespace: current.metadata.namespace ?? '',
      context,
      current,
      dryRun: options.dryRun,
    });
  for (const object of chosen) deleteObject(context, resource, object, options);
  const meta = { resourceVersion: String(context.store.version()) };
  return { status: 200, object: presentationOf(request).list(chosen, meta) };
}

/**
 * Deletes, or marks as being deleted what has a grace period or finalizers (`apiserver/pkg/registry/rest/delete.go
 * BeforeDelete`). `gone` says whether it is out of the store.
 */
export function deleteObject(
  context: ServerContext,
  resource: Resource,
  current: KubernetesObject,
  options: DeleteOptions,
): { object: KubernetesObject; gone: boolean } {
  keepImmortal(resource, current.metadata.name);
  checkPreconditions(resource, current, options);
  const next =
    resource.storage === definitionStorage
      ? leavingDefinition(current, timestamp(context.now()))
      : leaving(context, resource, current, options);
  const released = isReleased(resource, next);
  if (options.dryRun) return { object: next, gone: released };
  if (released) {
    const last = context.store.remove(resource.storage, next);
    return { object: last, gone: true };
  }
  if (next === current) return { object: current, gone: false };
  return { object: context.store.put(resource.storage, next), gone: false };
}

/** Throws 409. `apiserver/pkg/registry/rest/delete.go BeforeDelete`, which names the kind where others name the resource. */
export function checkPreconditions(
  { group, kind }: Resource,
  { metadata }: KubernetesObject,
  { uid, resourceVersion }: DeleteOptions,
): void {
  const about = { group, plural: kind };
  if (uid !== '' && uid !== metadata.uid)
    throw conflict(
      about,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== '' && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      about,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

function leaving(
  context: ServerContext,
  resource: Resource,
  current: KubernetesObject,
  options: DeleteOptions,
): KubernetesObject {
  const { metadata } = current;
  const grace = graceOf(resource, current, options);
  const finalizers = finalizersFor(metadata.finalizers ?? [], options.propagationPolicy);
  const already = metadata.deletionTimestamp !== undefined;
  const sameFinalizers = finalizers.join() === (metadata.finalizers ?? []).join();
  // A second delete can only shorten the grace period.
  if (already && grace >= (metadata.deletionGracePeriodSeconds ?? 0) && sameFinalizers) return current;
  const seconds = already ? Math.min(grace, metadata.deletionGracePeriodSeconds ?? 0) : grace;
  const next: KubernetesObject = {
    ...current,
    metadata: {
      ...metadata,
      deletionTimestamp: timestamp(context.now() + seconds * 1000),
      deletionGracePeriodSeconds: seconds,
      ...(metadata.generation === undefined ? {} : { generation: metadata.generation + (already ? 0 : 1) }),
    },
  };
  if (finalizers.length > 0) next.metadata.finalizers = finalizers;
  else delete next.metadata.finalizers;
  if (resource.storage === '/namespaces') next.status = { ...(current.status as Json), phase: 'Terminating' };
  return next;
}

/** Pods get time to end unless they were never assigned or have ended (`pkg/registry/core/pod/strategy.go`). */
function graceOf(resource: Resource, current: KubernetesObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (resource.storage !== '/pods') return 0;
  const phase = textAt(current, 'status', 'phase');
  if (textAt(current, 'spec', 'nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  const own = numberAt(current, 'spec', 'terminationGracePeriodSeconds') ?? 30;
  return Math.max(0, gracePeriodSeconds ?? own);
}

/** The garbage collector acts on these two finalizers (`registry/generic/registry/store.go deletionFinalizersForGarbageCollection`). */
function finalizersFor(present: readonly string[], policy: string): string[] {
  const others = present.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  return policy === 'Background' ? others : [...present];
}

function success({ group, plural }: Resource, { metadata }: KubernetesObject) {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: metadata.name, ...(group ? { group } : {}), kind: plural, uid: metadata.uid },
  };
}
