import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Informer } from '../informer.ts';

/** Finds an informer's objects by something other than their name, without looking through all of them. */
export interface ObjectIndex {
  get(key: string): KubernetesObject[];
}

export function indexBy(informer: Informer, keysOf: (object: KubernetesObject) => readonly string[]): ObjectIndex {
  const byKey = new Map<string, Map<string, KubernetesObject>>();
  const uidOf = (object: KubernetesObject) =>
    object.metadata.uid ?? `${object.metadata.namespace}/${object.metadata.name}`;
  const remove = (key: string, uid: string) => {
    const found = byKey.get(key);
    found?.delete(uid);
    if (found?.size === 0) byKey.delete(key);
  };
  informer.on(({ type, object, previous }) => {
    const keys = type === 'deleted' ? [] : keysOf(object);
    // Most changes move nothing.
    if (previous) for (const key of keysOf(previous)) if (!keys.includes(key)) remove(key, uidOf(previous));
    for (const key of keys) {
      const found = byKey.get(key) ?? new Map<string, KubernetesObject>();
      found.set(uidOf(object), object);
      byKey.set(key, found);
    }
  });
  return { get: (key) => [...(byKey.get(key)?.values() ?? [])] };
}

/** The key of a pod's node, for an index of pods by node. */
export function onNode(pod: KubernetesObject): string[] {
  const name = (pod.spec as { nodeName?: string } | undefined)?.nodeName;
  return name === undefined ? [] : [name];
}
