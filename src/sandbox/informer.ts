import type { KubernetesObject } from '../kubernetes/object.ts';
import { type ApiClient, ApiError, answered, type Query } from './client.ts';

export interface ObjectChange {
  type: 'added' | 'modified' | 'deleted';
  object: KubernetesObject;
  /** What the cache held before: for `modified` and `deleted`. */
  previous?: KubernetesObject | undefined;
}

/** A cache of everything below one API path, kept current by a watch. Objects in it are shared: never change them. */
export interface Informer {
  readonly path: string;
  get(namespace: string | undefined, name: string): KubernetesObject | undefined;
  list(namespace?: string): KubernetesObject[];
  /**
   * Called after the cache changed, and at once with `added` for what is already there. Returns what ends it. What vanished
   * while the watch was down is reported as `deleted` by the next list.
   */
  on(handler: (change: ObjectChange) => void): () => void;
  /** Resolves after the first list. */
  readonly synced: Promise<void>;
  stop(): void;
}

const firstRetryMs = 200;
const longestRetryMs = 10_000;

/**
 * Lists and watches, like client-go's reflector (`tools/cache/reflector.go`): goes on from the last resource version
 * (bookmarks included) when a watch ends, lists again on 410, and comes back with a jittered, doubling delay after an error.
 */
export function createInformer(client: ApiClient, path: string, query: Query = {}): Informer {
  const cache = createCache();
  const ending = new AbortController();
  let markSynced: () => void = () => {};
  const synced = new Promise<void>((resolve) => {
    markSynced = resolve;
  });

  const follow = async () => {
    let version: string | undefined;
    let retryMs = firstRetryMs;
    while (!ending.signal.aborted) {
      try {
        if (version === undefined) {
          version = await relist(client, path, query, cache);
          markSynced();
        }
        for await (const event of client.watch(path, watchQuery(query, version), ending.signal)) {
          if (event.type === 'ERROR') throw statusOf(event.object);
          retryMs = firstRetryMs;
          version = event.object.metadata.resourceVersion ?? version;
          if (event.type !== 'BOOKMARK') cache.apply(event.type === 'DELETED', trimmed(event.object));
        }
      } catch (error) {
        if (ending.signal.aborted) return;
        // What is not served (a CRD that went away, a server that starts) is asked for less and less often.
        if (answered(error, 410)) version = undefined;
        else retryMs = Math.min(longestRetryMs, retryMs * 2);
      }
      await pause(retryMs * (0.5 + Math.random() / 2), ending.signal);
    }
  };
  void follow();

  return {
    path,
    get: cache.get,
    list: cache.list,
    on: cache.on,
    synced,
    stop: () => ending.abort(),
  };
}

function watchQuery(query: Query, resourceVersion: string): Query {
  return { ...query, resourceVersion, allowWatchBookmarks: true };
}

async function relist(client: ApiClient, path: string, query: Query, cache: Cache): Promise<string> {
  const items: KubernetesObject[] = [];
  let version = '';
  let next: string | undefined;
  let about: Pick<KubernetesObject, 'apiVersion' | 'kind'> = { apiVersion: '', kind: '' };
  do {
    const page: ListAnswer = await client.get<ListAnswer>(path, { ...query, limit: 500, continue: next });
    about = { apiVersion: page.apiVersion, kind: page.kind.replace(/List$/, '') };
    // Lists leave out their items' kind; rules want it.
    for (const item of page.items ?? []) items.push({ ...about, ...trimmed(item) });
    version = page.metadata.resourceVersion;
    next = page.metadata.continue || undefined;
  } while (next);
  cache.replaceAll(items);
  return version;
}

/** Who manages which field is of no use here, and half of an object (`cmd/kube-controller-manager/app/controllermanager.go`). */
function trimmed({ metadata, ...object }: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

interface ListAnswer {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion: string; continue?: string };
  items?: KubernetesObject[];
}

function statusOf(object: unknown): ApiError {
  const { code, reason, message } = object as { code?: number; reason?: string; message?: string };
  return new ApiError(code ?? 500, reason ?? '', message ?? 'the watch failed');
}

type Cache = ReturnType<typeof createCache>;

function createCache() {
  const objects = new Map<string, KubernetesObject>();
  const handlers = new Set<(change: ObjectChange) => void>();
  const tell = (change: ObjectChange) => {
    for (const handler of [...handlers]) handler(change);
  };
  const apply = (deleted: boolean, object: KubernetesObject) => {
    const key = cacheKey(object.metadata.namespace, object.metadata.name);
    const previous = objects.get(key);
    if (deleted) {
      objects.delete(key);
      if (previous) tell({ type: 'deleted', object, previous });
    } else if (previous && previous.metadata.uid !== object.metadata.uid) {
      // Deleted and made anew while nobody watched: to everybody who follows owners these are two objects.
      apply(true, previous);
      apply(false, object);
    } else {
      objects.set(key, object);
      tell({ type: previous ? 'modified' : 'added', object, previous });
    }
  };
  return {
    apply,
    get: (namespace: string | undefined, name: string) => objects.get(cacheKey(namespace, name)),
    list: (namespace?: string) => {
      const all = [...objects.values()];
      return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    },
    on: (handler: (change: ObjectChange) => void) => {
      handlers.add(handler);
      for (const object of [...objects.values()]) handler({ type: 'added', object });
      return () => {
        handlers.delete(handler);
      };
    },
    replaceAll: (items: readonly KubernetesObject[]) => {
      const present = new Set(items.map((item) => cacheKey(item.metadata.namespace, item.metadata.name)));
      for (const [key, object] of [...objects]) if (!present.has(key)) apply(true, object);
      for (const item of items) {
        const known = objects.get(cacheKey(item.metadata.namespace, item.metadata.name));
        if (known?.metadata.resourceVersion !== item.metadata.resourceVersion) apply(false, item);
      }
    },
  };
}

function cacheKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** Waits, or ends early when the signal says so. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted) done();
  });
}
