import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Feed } from '../cluster/feed.ts';

const noSubscription = () => () => {};

/** The snapshot of a feed, or what stands for it while there is none. */
export function useFeed<Snapshot>(feed: Feed<Snapshot> | undefined, empty: Snapshot): Snapshot {
  return useSyncExternalStore(feed?.subscribe ?? noSubscription, feed?.getSnapshot ?? (() => empty));
}

/** Milliseconds since 1970, in steps: ages drawn from it change no oftener. */
export function useCoarseNow(stepMs = 5000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMs);
    return () => clearInterval(timer);
  }, [stepMs]);
  return now;
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
