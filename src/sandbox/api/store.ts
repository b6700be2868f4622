import type { KubernetesObject } from '../../kubernetes/object.ts';
import { createHistory, type History } from './history.ts';

/** All objects of the cluster, with one resource version over all kinds. Objects in it are never changed, only replaced. */
export interface Store {
  readonly history: History;
  /** The version of the newest change. */
  version(): number;
  get(storage: string, namespace: string, name: string): KubernetesObject | undefined;
  /** Sorted by namespace and name, as etcd's keys are. */
  list(storage: string, namespace?: string): readonly KubernetesObject[];
  /** Creates or replaces; returns the object with its resource version. */
  put(storage: string, object: KubernetesObject): KubernetesObject;
  /** Removes for good; returns the last state with the version of the deletion. */
  remove(storage: string, object: KubernetesObject): KubernetesObject;
  storages(): string[];
}

interface Shelf {
  objects: Map<string, KubernetesObject>;
  /** The keys in order; they change only when an object comes or goes. */
  keys: readonly string[] | undefined;
  sorted: readonly KubernetesObject[] | undefined;
}

export function createStore(history: History = createHistory()): Store {
  const shelves = new Map<string, Shelf>();
  let version = 1;
  const shelfOf = (storage: string) => {
    const shelf = shelves.get(storage) ?? { objects: new Map(), keys: undefined, sorted: undefined };
    shelves.set(storage, shelf);
    return shelf;
  };
  const sortedOf = (shelf: Shelf) => {
    shelf.keys ??= [...shelf.objects.keys()].sort();
    shelf.sorted ??= shelf.keys.flatMap((key) => shelf.objects.get(key) ?? []);
    return shelf.sorted;
  };
  return {
    history,
    version: () => version,
    get: (storage, namespace, name) => shelfOf(storage).objects.get(`${namespace}/${name}`),
    list(storage, namespace) {
      const all = sortedOf(shelfOf(storage));
      return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    },
    put(storage, object) {
      const shelf = shelfOf(storage);
      const key = keyOf(object);
      const previous = shelf.objects.get(key);
      version += 1;
      const stored = stamped(object, version);
      shelf.objects.set(key, stored);
      shelf.sorted = undefined;
      if (!previous) shelf.keys = undefined;
      history.push(storage, { version, type: previous ? 'MODIFIED' : 'ADDED', object: stored, previous });
      return stored;
    },
    remove(storage, object) {
      const shelf = shelfOf(storage);
      const previous = shelf.objects.get(keyOf(object));
      shelf.objects.delete(keyOf(object));
      shelf.sorted = undefined;
      shelf.keys = undefined;
      version += 1;
      const last = stamped(object, version);
      history.push(storage, { version, type: 'DELETED', object: last, previous });
      return last;
    },
    storages: () => [...shelves.keys()],
  };
}

/** `namespace/name`; the namespace is empty for what belongs to the cluster. */
export function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function stamped(object: KubernetesObject, version: number): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}
