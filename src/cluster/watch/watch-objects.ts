import { createBatcher } from '../../base/batcher.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import type { FeedState } from './feed-state.ts';
import { runWatch } from './watch.ts';

export interface ObjectWatchOptions {
  /** Of the list, e.g. `/apis/autoscaling/v2/namespaces/tars/horizontalpodautoscalers`. */
  path: string;
  apiVersion: string;
  kind: string;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  signal: AbortSignal;
  /** Begins with what is stored now, not with what the server's cache holds. */
  fresh?: boolean;
  /** At most so often are changes handed over. */
  batchMs?: number;
  /** All objects as they are now; the same map each time. */
  onObjects(objects: ReadonlyMap<string, KubernetesObject>): void;
  onState(state: FeedState): void;
}

interface ObjectList {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: KubernetesObject[];
}

type Step =
  | { kind: 'replace'; objects: KubernetesObject[]; more: boolean }
  | { kind: 'set' | 'delete'; object: KubernetesObject };

/** Watches whole objects, for kinds of which there are few. Returns at once; ends with the signal. */
export function watchObjects(connection: Connection, options: ObjectWatchOptions): void {
  const { apiVersion, kind, signal } = options;
  const objects = new Map<string, KubernetesObject>();
  const keyOf = ({ metadata }: KubernetesObject) => `${metadata.namespace ?? ''}/${metadata.name}`;
  const batcher = createBatcher<Step>(options.batchMs ?? 250, (steps) => {
    if (signal.aborted) return;
    for (const step of steps) {
      if (step.kind === 'replace') {
        if (!step.more) objects.clear();
        for (const object of step.objects) objects.set(keyOf(object), object);
      } else if (step.kind === 'set') objects.set(keyOf(step.object), step.object);
      else objects.delete(keyOf(step.object));
    }
    options.onObjects(objects);
  });
  signal.addEventListener('abort', () => batcher.close(), { once: true });
  void runWatch<ObjectList, KubernetesObject>(connection, {
    path: options.path,
    query: { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector },
    signal,
    fresh: options.fresh,
    onList(list, more) {
      // Items of a list leave out what the list says for them.
      const items = (list.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
      batcher.push({ kind: 'replace', objects: items, more });
    },
    onEvent: ({ type, object }) => batcher.push({ kind: type === 'DELETED' ? 'delete' : 'set', object }),
    onState(state) {
      batcher.flush();
      options.onState(state);
    },
  });
}
