import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { type ApiClient, ApiError, type WatchEvent } from '../../../src/sandbox/client.ts';

/** Just enough of an API server in memory for the node's code: objects by path, merge patches, watches. */
export function createMemoryApi() {
  const objects = new Map<string, KubernetesObject>();
  const watchers = new Set<{ path: string; push: (event: WatchEvent) => void }>();
  let version = 0;

  const collectionOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
  /** `/api/v1/pods` also lists `/api/v1/namespaces/x/pods`. */
  const within = (collection: string, list: string) =>
    collection === list || collection.replace(/\/namespaces\/[^/]+/, '') === list;
  const tell = (type: WatchEvent['type'], path: string, object: KubernetesObject) => {
    for (const watcher of watchers) if (within(collectionOf(path), watcher.path)) watcher.push({ type, object });
  };
  const put = (path: string, object: KubernetesObject) => {
    version += 1;
    const type = objects.has(path) ? 'MODIFIED' : 'ADDED';
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = String(version);
    objects.set(path, stored);
    tell(type, path, stored);
    return stored;
  };
  const need = (path: string) => {
    const found = objects.get(path);
    if (!found) throw new ApiError(404, 'NotFound', `${path} not found`);
    return found;
  };
  const drop = (path: string) => {
    const object = need(path);
    objects.delete(path);
    version += 1;
    tell('DELETED', path, object);
  };

  const client: ApiClient = {
    server: 'memory',
    as: () => client,
    async get<T>(path: string) {
      const one = objects.get(path);
      if (one) return one as T;
      const items = [...objects].filter(([key]) => within(collectionOf(key), path)).map(([, object]) => object);
      if (items.length === 0 && /\/(configmaps|secrets|persistentvolumeclaims|pods)\/[^/]+$/.test(path)) need(path);
      return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: String(version) }, items } as T;
    },
    async create<T>(path: string, object: unknown) {
      const { metadata } = object as KubernetesObject;
      const full = `${path}/${metadata.name}`;
      if (objects.has(full)) throw new ApiError(409, 'AlreadyExists', `${full} already exists`);
      const namespace = /\/namespaces\/([^/]+)\//.exec(`${path}/`)?.[1];
      return put(full, {
        ...(object as KubernetesObject),
        metadata: { uid: `uid-${version}`, ...(namespace ? { namespace } : {}), ...metadata },
      }) as T;
    },
    async replace<T>(path: string, object: unknown) {
      need(path);
      return put(path, object as KubernetesObject) as T;
    },
    async patch<T>(path: string, patch: unknown, type: string) {
      const target = path.replace(/\/status$/, '');
      return put(target, merge(need(target), patch, type === 'strategic') as KubernetesObject) as T;
    },
    async remove(path, options) {
      const object = need(path);
      if (options?.preconditions?.uid && options.preconditions.uid !== object.metadata.uid)
        throw new ApiError(409, 'Conflict', 'the UID differs');
      if (options?.gracePeriodSeconds === 0 || !/\/pods\//.test(path)) return drop(path);
      const seconds = options?.gracePeriodSeconds ?? 30;
      const deletionTimestamp = new Date(Date.now() + seconds * 1000).toISOString();
      put(path, {
        ...object,
        metadata: { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds: seconds },
      });
    },
    async *watch(path, _query, signal) {
      const queue: WatchEvent[] = [];
      let wake = () => {};
      const watcher = {
        path,
        push: (event: WatchEvent) => {
          queue.push(event);
          wake();
        },
      };
      watchers.add(watcher);
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        for (const event of queue.splice(0)) yield event;
        if (queue.length === 0 && !signal.aborted)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
      watchers.delete(watcher);
    },
    close() {},
  };
  return {
    client,
    put,
    drop,
    get: <T extends KubernetesObject = KubernetesObject>(path: string) => objects.get(path) as T | undefined,
    list: <T extends KubernetesObject = KubernetesObject>(path: string) =>
      [...objects].filter(([key]) => within(collectionOf(key), path)).map(([, object]) => object as T),
  };
}

/** RFC 7396; in a strategic patch conditions are merged by their type, as the API server does. */
function merge(target: unknown, patch: unknown, strategic: boolean): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$setElementOrder/')) continue;
    if (value === null) delete result[key];
    else if (strategic && key === 'conditions') {
      const conditions = new Map(((result[key] ?? []) as { type: string }[]).map((one) => [one.type, one]));
      for (const one of value as { type: string }[])
        conditions.set(one.type, merge(conditions.get(one.type) ?? {}, one, false) as { type: string });
      result[key] = [...conditions.values()];
    } else result[key] = merge(result[key], value, strategic);
  }
  return result;
}
