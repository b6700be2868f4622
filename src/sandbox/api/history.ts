import type { KubernetesObject } from '../../kubernetes/object.ts';

/** One change of the store. The objects are shared: nobody may change them. */
export interface StoreEvent {
  version: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** After the change; for `DELETED` its last state with the resource version of the deletion. */
  object: KubernetesObject;
  previous: KubernetesObject | undefined;
}

/** The last changes of each resource, for watches that begin in the past, and who is told of the next ones. */
export interface History {
  push(storage: string, event: StoreEvent): void;
  /** What came after a version, oldest first; undefined when that is too long ago. */
  since(storage: string, version: number): StoreEvent[] | undefined;
  /** The oldest version that `since` still answers for. */
  oldest(storage: string): number;
  subscribe(storage: string, listener: (event: StoreEvent) => void): () => void;
}

interface Track {
  events: StoreEvent[];
  /** The version of the newest event that was dropped. */
  dropped: number;
  listeners: Set<(event: StoreEvent) => void>;
}

export function createHistory(limit = 4000): History {
  const tracks = new Map<string, Track>();
  const trackOf = (storage: string) => {
    const track = tracks.get(storage) ?? { events: [], dropped: 0, listeners: new Set() };
    tracks.set(storage, track);
    return track;
  };
  return {
    push(storage, event) {
      const track = trackOf(storage);
      track.events.push(event);
      // Dropping half at once keeps the cost of one change constant.
      if (track.events.length > limit) {
        const gone = track.events.splice(0, Math.ceil(limit / 2));
        track.dropped = gone.at(-1)?.version ?? track.dropped;
      }
      for (const listener of [...track.listeners]) listener(event);
    },
    since(storage, version) {
      const { events, dropped } = trackOf(storage);
      if (version < dropped) return undefined;
      return events.slice(firstAfter(events, version));
    },
    oldest: (storage) => trackOf(storage).dropped,
    subscribe(storage, listener) {
      const { listeners } = trackOf(storage);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** The objects of a list as they were before the changes in `later`. */
export function listBefore(
  now: readonly KubernetesObject[],
  later: readonly StoreEvent[],
  keyOf: (object: KubernetesObject) => string,
): readonly KubernetesObject[] {
  if (later.length === 0) return now;
  const then = new Map<string, KubernetesObject | undefined>();
  // The first change after the version says what was there before it.
  for (const { object, previous } of later) if (!then.has(keyOf(object))) then.set(keyOf(object), previous);
  const kept = now.filter((object) => !then.has(keyOf(object)));
  const changed = [...then.values()].filter((object) => object !== undefined);
  const order = (left: KubernetesObject, right: KubernetesObject) => (keyOf(left) < keyOf(right) ? -1 : 1);
  return [...kept, ...changed].sort(order);
}

function firstAfter(events: readonly StoreEvent[], version: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.version ?? 0) <= version) low = middle + 1;
    else high = middle;
  }
  return low;
}
