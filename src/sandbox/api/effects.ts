import { randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { definitionStorage, establish } from './custom-resources.ts';
import { listAt, objectAt, textAt } from './json.ts';
import type { Resource } from './resources.ts';
import { type ServerContext, timestamp } from './server-context.ts';

/** What the server itself writes into an object before it is stored. */
export function complete(resource: Resource, object: KubernetesObject, isNew: boolean): void {
  if (resource.storage === definitionStorage) establish(object);
  if (isNew && resource.storage === '/namespaces') holdNamespace(object);
}

/** A namespace stays until whoever empties it says that it is empty (`pkg/registry/core/namespace/strategy.go`). */
function holdNamespace(namespace: KubernetesObject): void {
  const finalizers = listAt(namespace, 'spec', 'finalizers');
  if (!finalizers.includes('kubernetes'))
    namespace.spec = { ...objectAt(namespace, 'spec'), finalizers: [...finalizers, 'kubernetes'] };
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
