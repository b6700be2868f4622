import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { definitionStorage, storageOf } from '../custom-resources.ts';
import { deleteObject } from '../delete.ts';
import { type Json, objectAt, textAt } from '../json.ts';
import { afterUpdate } from '../managed/managers.ts';
import { mergeTypeOf } from '../managed/merge-type.ts';
import { type ServerContext, timestamp } from '../server-context.ts';
import {
  acceptNames,
  type Condition,
  cleanupFinalizer,
  conditionsOf,
  sameStatus,
  withCondition,
} from './definition-status.ts';

/**
 * Accepts the names of CustomResourceDefinitions, and removes the objects of those that are deleted: what the controllers inside a
 * real API server do (`apiextensions-apiserver/pkg/controller/{status,establish,finalizer}`).
 */
export function keepDefinitions(context: ServerContext): void {
  const { store } = context;
  const emptied = new Set<string>();
  const later = (name: string) => setImmediate(() => sync(name));
  const sync = (name: string) => {
    const definition = store.get(definitionStorage, '', name);
    if (!definition) return;
    if (definition.metadata.deletionTimestamp === undefined) return settle(context, definition);
    const storage = storageOf(definition);
    if (!emptied.has(storage)) {
      emptied.add(storage);
      store.history.subscribe(storage, ({ type }) => type === 'DELETED' && later(name));
    }
    cleanUp(context, definition);
  };
  store.history.subscribe(definitionStorage, ({ type, object }) => {
    later(object.metadata.name);
    // What is gone has given its names free.
    if (type === 'DELETED') for (const other of sameGroup(context, object)) later(other.metadata.name);
  });
}

function sameGroup({ store }: ServerContext, definition: KubernetesObject): KubernetesObject[] {
  const group = textAt(definition, 'spec', 'group');
  return store
    .list(definitionStorage)
    .filter((one) => textAt(one, 'spec', 'group') === group && one.metadata.name !== definition.metadata.name);
}

function settle(context: ServerContext, definition: KubernetesObject): void {
  const status = acceptNames(definition, sameGroup(context, definition), timestamp(context.now()));
  write(context, definition, { ...definition, status: { ...objectAt(definition, 'status'), ...status } });
}

function write(context: ServerContext, current: KubernetesObject, next: KubernetesObject): void {
  if (sameStatus(current, next)) return;
  const resource = context.registry.byStorage(definitionStorage);
  if (!resource) return;
  const time = timestamp(context.now());
  const writer = { manager: 'kube-apiserver', operation: 'Update' as const, subresource: 'status', time };
  const managedFields = afterUpdate(current, next, writer, mergeTypeOf(resource));
  context.store.put(definitionStorage, { ...next, metadata: { ...next.metadata, managedFields } });
}

function cleanUp(context: ServerContext, definition: KubernetesObject): void {
  const { store, registry } = context;
  const storage = storageOf(definition);
  const resource = registry.byStorage(storage);
  const options = { propagationPolicy: 'Background', uid: '', resourceVersion: '', dryRun: false };
  for (const object of resource ? store.list(storage) : []) {
    if (object.metadata.deletionTimestamp !== undefined || !resource) continue;
    deleteObject(context, resource, object, { ...options, gracePeriodSeconds: undefined });
  }
  if (store.list(storage).length === 0) release(context, definition);
  else write(context, definition, terminating(context, definition, inProgress));
}

function release(context: ServerContext, definition: KubernetesObject): void {
  const { finalizers = [] } = definition.metadata;
  if (!finalizers.includes(cleanupFinalizer)) return;
  const last = terminating(context, definition, completed);
  const left = finalizers.filter((one) => one !== cleanupFinalizer);
  const released = { ...last, metadata: { ...last.metadata, finalizers: left } };
  if (left.length > 0) write(context, definition, released);
  else context.store.remove(definitionStorage, released);
}

const inProgress: Condition = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
};
const completed: Condition = {
  type: 'Terminating',
  status: 'False',
  reason: 'InstanceDeletionCompleted',
  message: 'removed all instances',
};

function terminating(context: ServerContext, definition: KubernetesObject, condition: Condition): KubernetesObject {
  const conditions = withCondition(conditionsOf(definition), condition, timestamp(context.now()));
  return { ...definition, status: { ...(definition.status as Json), conditions } };
}
