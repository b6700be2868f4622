import { type Condition, timestamp, withCondition } from '../../kubernetes/condition.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { discover, pathOf, type ServedKind } from './discovery.ts';
import { objectPath } from './resource-paths.ts';
import type { WorkQueue } from './work-queue.ts';

interface Remains {
  resource: string;
  objects: KubernetesObject[];
}

/** Empties a namespace that is being deleted, then lets it go (`pkg/controller/namespace/deletion`). */
export function startNamespaceController(context: ControllerContext): Controller {
  const { client, pace } = context;
  const namespaces = context.informer('namespaces');

  const empty = async (name: string): Promise<Remains[]> => {
    const kinds = (await discover(client)).filter(
      ({ namespaced, verbs }) => namespaced && verbs.includes('list') && verbs.includes('delete'),
    );
    const remains = await Promise.all(kinds.map((kind) => emptyKind(kind, name)));
    return remains.filter(({ objects }) => objects.length > 0);
  };

  const emptyKind = async (kind: ServedKind, name: string): Promise<Remains> => {
    const list = async () => (await client.get<{ items?: KubernetesObject[] }>(pathOf(kind, name))).items ?? [];
    const objects = await list();
    for (const { metadata } of objects.filter((object) => !object.metadata.deletionTimestamp)) {
      try {
        await client.remove(pathOf(kind, name, metadata.name), { propagationPolicy: 'Background' });
      } catch (error) {
        if (!answered(error, 404) && !answered(error, 405)) throw error;
      }
    }
    return {
      // Of the core group nothing stands after the dot.
      resource: `${kind.resource}.${kind.apiVersion.includes('/') ? kind.apiVersion.split('/')[0] : ''}`,
      objects: objects.length > 0 ? await list() : [],
    };
  };

  const sync = async (name: string, queue: WorkQueue) => {
    const namespace = namespaces.get(undefined, name);
    if (!namespace?.metadata.deletionTimestamp) return;
    const remains = await empty(name);
    const conditions = remainingConditions(namespace, remains);
    if (remains.length > 0) {
      const status = { ...(namespace.status as object | undefined), phase: 'Terminating', conditions };
      await writeStatus(client, 'namespaces', namespace, status);
      // Pods take their grace period; their end is not watched here.
      return queue.addAfter(name, pace.shorten(1000));
    }
    const { apiVersion, kind } = namespace;
    const { metadata } = namespace;
    const finalized = { apiVersion, kind, metadata: { name, uid: metadata.uid }, spec: { finalizers: [] } };
    try {
      await client.replace(objectPath('namespaces', metadata, 'finalize'), finalized);
    } catch (error) {
      if (!answered(error, 404) && !answered(error, 409)) throw error;
    }
  };

  return runController(context, {
    name: 'namespace',
    inputs: [{ informer: namespaces, keys: ({ metadata }) => (metadata.deletionTimestamp ? [metadata.name] : []) }],
    sync,
  });
}

/** What keeps the namespace, in the words of `status_condition_utils.go`. */
function remainingConditions(namespace: KubernetesObject, remains: readonly Remains[]): Condition[] {
  const before = (namespace.status as { conditions?: Condition[] } | undefined)?.conditions;
  const counts = remains.map(({ resource, objects }) => `${resource} has ${objects.length} resource instances`);
  const finalizers = new Map<string, number>();
  for (const { metadata } of remains.flatMap(({ objects }) => objects))
    for (const finalizer of metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  const waiting = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`);
  const set = (list: Condition[] | undefined, type: string, bad: boolean, reason: string, message: string) =>
    withCondition(list, { type, status: bad ? 'True' : 'False', reason, message }, timestamp(Date.now()));
  const discovered = 'All resources successfully discovered';
  let list = set(before, 'NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', discovered);
  const parsed = 'All legacy kube types successfully parsed';
  list = set(list, 'NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', parsed);
  const deleted = 'All content successfully deleted, may be waiting on finalization';
  list = set(list, 'NamespaceDeletionContentFailure', false, 'ContentDeleted', deleted);
  const some = `Some resources are remaining: ${counts.join(', ')}`;
  list = set(list, 'NamespaceContentRemaining', true, 'SomeResourcesRemain', some);
  const held = waiting.length > 0;
  const message = held
    ? `Some content in the namespace has finalizers remaining: ${waiting.join(', ')}`
    : 'All content-preserving finalizers finished';
  return set(
    list,
    'NamespaceFinalizersRemaining',
    held,
    held ? 'SomeFinalizersRemain' : 'ContentHasNoFinalizers',
    message,
  );
}
