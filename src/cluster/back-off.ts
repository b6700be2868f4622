/**
 * How long to wait before the next try: half a second doubling to half a minute, each with up to half of it taken off at
 * random, so that many clients do not come back at once.
 */
export function backOffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 500 * 2 ** Math.min(10, Math.max(0, failures - 1)));
  return ceiling * (0.5 + random() * 0.5);
}

/** Waits, but not beyond the signal; true when the time went by. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (waited: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(waited);
    };
    const onAbort = () => done(false);
    const timer = setTimeout(() => done(true), ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
