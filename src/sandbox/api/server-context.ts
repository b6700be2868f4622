import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Access } from './auth/access.ts';
import type { Delegates } from './delegates.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resources.ts';
import type { Store } from './store.ts';

/** What every handler works with. */
export interface ServerContext {
  store: Store;
  registry: Registry;
  delegates: Delegates;
  access: Access;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Times of the API have whole seconds (`metav1.Time`). */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** The object in the place where a request's resource lies. */
export function lookUp(
  { store }: ServerContext,
  resource: Resource,
  namespace: string,
  name: string,
): KubernetesObject | undefined {
  return store.get(resource.storage, resource.namespaced ? namespace : '', name);
}
