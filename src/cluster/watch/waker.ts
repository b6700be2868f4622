import { setMaxListeners } from 'node:events';

/** Lets a loop sleep until something happened or the time is over. News that came meanwhile is not lost. */
export interface Waker {
  wake(): void;
  /** At most so many milliseconds. */
  sleep(ms: number): Promise<void>;
}

export function createWaker(): Waker {
  let news = false;
  let rouse = () => {};
  return {
    wake() {
      news = true;
      rouse();
    },
    sleep(ms) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => rouse(), ms);
        rouse = () => {
          clearTimeout(timer);
          news = false;
          rouse = () => {};
          resolve();
        };
        if (news) rouse();
      });
    },
  };
}

/** A loop over what is watched: it is woken when `signal` is aborted, and all that it watches by `stop` ends with it. */
export async function whileWatching<T>(
  signal: AbortSignal | undefined,
  loop: (watching: { stop: AbortSignal; waker: Waker }) => Promise<T>,
): Promise<T> {
  const waker = createWaker();
  const stop = new AbortController();
  // Every watch listens to it.
  setMaxListeners(0, stop.signal);
  const onAbort = () => {
    stop.abort();
    waker.wake();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await loop({ stop: stop.signal, waker });
  } finally {
    stop.abort();
    signal?.removeEventListener('abort', onAbort);
  }
}
