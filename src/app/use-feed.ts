import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Feed } from '../cluster/panes/feed.ts';

const noSubscription = () => () => {};

/** The snapshot of a feed, or what stands for it while there is none. */
export function useFeed<Snapshot>(feed: Feed<Snapshot> | undefined, empty: Snapshot): Snapshot {
  return useSyncExternalStore(feed?.subscribe ?? noSubscription, feed?.getSnapshot ?? (() => empty));
}

/** One timer for all that is drawn from the time, so that they are drawn together: a repaint costs the same for one or all. */
const stepMs = 5000;
const watchers = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;
let step = 0;

function watchClock(changed: () => void): () => void {
  watchers.add(changed);
  timer ??= setInterval(() => {
    for (const watcher of watchers) watcher();
  }, stepMs);
  return () => {
    watchers.delete(changed);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function coarseTime(): number {
  const now = Date.now();
  // Until the next step it is the same moment for everybody.
  if (now - step >= stepMs - 200 || now < step) step = now;
  return step;
}

/** Milliseconds since 1970, in steps of five seconds: ages drawn from it change no oftener. */
export function useCoarseNow(): number {
  return useSyncExternalStore(watchClock, coarseTime);
}

/** What a function returns, asked again every so often; a component is drawn again only when it is another value. */
export function usePolled<T extends string | number>(read: () => T, everyMs: number): T {
  const [value, setValue] = useState(read);
  useEffect(() => {
    setValue(read);
    const timer = setInterval(() => setValue(read), everyMs);
    return () => clearInterval(timer);
  }, [read, everyMs]);
  return value;
}
