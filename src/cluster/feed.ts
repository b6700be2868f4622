import { setMaxListeners } from 'node:events';

/** A live view that a store or `useSyncExternalStore` can follow: the snapshot is a new object only when it changed. */
export interface Feed<Snapshot> {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot;
  /** Ends its watches and timers. */
  close(): void;
}

export interface FeedCore<Snapshot> extends Feed<Snapshot> {
  update(next: Snapshot): void;
  readonly signal: AbortSignal;
}

/** What every feed is made of. */
export function createFeedCore<Snapshot>(initial: Snapshot): FeedCore<Snapshot> {
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
    update(next) {
      if (controller.signal.aborted || next === snapshot) return;
      snapshot = next;
      for (const listener of listeners) listener();
    },
    close() {
      controller.abort();
      listeners.clear();
    },
  };
}
