import { randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { definitionStorage, establish } from './custom-resources.ts';
import { equal, objectAt, textAt } from './json.ts';
import type { Resource } from './resources.ts';
import { type ServerContext, timestamp } from './server-context.ts';

/** What the server itself writes into an object before it is stored. */
export function complete(context: ServerContext, resource: Resource, object: KubernetesObject): void {
  if (resource.storage === definitionStorage) establish(object);
  if (resource.kind === 'Namespace' && resource.group === '') {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
    if (object.metadata.deletionTimestamp === undefined) object.spec ??= { finalizers: ['kubernetes'] };
  }
  if (resource.kind === 'DaemonSet' && resource.group === 'apps') countTemplates(context, resource, object);
}

const generationKey = 'deprecated.daemonset.template.generation';

/** The number of a DaemonSet's template, an annotation that daemons' pods carry on (`pkg/registry/apps/daemonset/strategy.go`). */
function countTemplates({ store }: ServerContext, resource: Resource, object: KubernetesObject): void {
  const { namespace = '', name, annotations } = object.metadata;
  const before = store.get(resource.storage, namespace, name);
  const isNew = !before || !equal(objectAt(before, 'spec', 'template'), objectAt(object, 'spec', 'template'));
  const count = Number(before?.metadata.annotations?.[generationKey] ?? 0) + (isNew ? 1 : 0);
  if (annotations?.[generationKey] === String(count)) return;
  object.metadata.annotations = { ...annotations, [generationKey]: String(count) };
}

/** What a new object brings with it: a namespace has its default ServiceAccount from the beginning. */
export function afterCreate(context: ServerContext, resource: Resource, object: KubernetesObject): void {
  if (resource.storage !== '/namespaces') return;
  const metadata = {
    name: 'default',
    namespace: object.metadata.name,
    uid: randomUUID(),
    creationTimestamp: timestamp(context.now()),
  };
  context.store.put('/serviceaccounts', { kind: 'ServiceAccount', apiVersion: 'v1', metadata });
}

/** Throws nothing: whether new objects may come into a namespace. */
export function namespacePhase({ store }: ServerContext, namespace: string): 'missing' | 'active' | 'terminating' {
  const found = store.get('/namespaces', '', namespace);
  if (!found) return 'missing';
  const leaving =
    found.metadata.deletionTimestamp !== undefined || textAt(objectAt(found, 'status'), 'phase') === 'Terminating';
  return leaving ? 'terminating' : 'active';
}
