import { setMaxListeners } from 'node:events';

/** A live view that a store or `useSyncExternalStore` can follow: the snapshot is a new object only when it changed. */
export interface Feed<Snapshot> {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot;
  /** Ends its watches and timers. */
  close(): void;
}

export interface FeedCore<Snapshot extends object> extends Feed<Snapshot> {
  /** Sets some of the snapshot's fields; nobody is woken when they hold the same already. */
  publish(change: Partial<Snapshot>): void;
  readonly signal: AbortSignal;
}

/** What every feed is made of. */
export function createFeedCore<Snapshot extends object>(initial: Snapshot): FeedCore<Snapshot> {
  const controller = new AbortController();
  // Each watch and timer of the feed listens to it; none stays behind.
  setMaxListeners(0, controller.signal);
  const listeners = new Set<() => void>();
  let snapshot = initial;
  return {
    signal: controller.signal,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => snapshot,
    publish(change) {
      const fields = Object.keys(change) as (keyof Snapshot)[];
      if (controller.signal.aborted || fields.every((field) => change[field] === snapshot[field])) return;
      snapshot = { ...snapshot, ...change };
      for (const listener of listeners) listener();
    },
    close() {
      controller.abort();
      listeners.clear();
    },
  };
}
