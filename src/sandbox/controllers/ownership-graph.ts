import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { ServedKind } from './discovery.ts';

export interface OwnedObject {
  object: KubernetesObject;
  kind: ServedKind;
}

/** Who owns whom, by UID: a name that is used again is another owner. */
export interface OwnershipGraph {
  get(uid: string): OwnedObject | undefined;
  dependentsOf(uid: string): OwnedObject[];
  put(kind: ServedKind, object: KubernetesObject): void;
  remove(object: KubernetesObject): void;
}

export function createOwnershipGraph(): OwnershipGraph {
  const objects = new Map<string, OwnedObject>();
  const dependents = new Map<string, Set<string>>();
  const ownersOf = (object: KubernetesObject) => (object.metadata.ownerReferences ?? []).map(({ uid }) => uid);
  const unlink = (uid: string, owners: readonly string[]) => {
    for (const owner of owners) {
      const set = dependents.get(owner);
      set?.delete(uid);
      if (set?.size === 0) dependents.delete(owner);
    }
  };
  return {
    get: (uid) => objects.get(uid),
    dependentsOf: (uid) => [...(dependents.get(uid) ?? [])].flatMap((one) => objects.get(one) ?? []),
    put(kind, object) {
      const { uid = '' } = object.metadata;
      const before = objects.get(uid);
      if (before) unlink(uid, ownersOf(before.object));
      objects.set(uid, { kind, object });
      for (const owner of ownersOf(object)) dependents.set(owner, (dependents.get(owner) ?? new Set()).add(uid));
    },
    remove(object) {
      const { uid = '' } = object.metadata;
      const before = objects.get(uid);
      if (before) unlink(uid, ownersOf(before.object));
      objects.delete(uid);
    },
  };
}
