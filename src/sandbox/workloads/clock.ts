/** Time as the workloads see it, so that the same physics runs on the wall clock and, in tests, on a virtual one. */
export interface Clock {
  /** Milliseconds since some start; never goes back. */
  now(): number;
  /** Runs it once after `ms`; the returned function calls it off. */
  later(ms: number, run: () => void): () => void;
}

export const wallClock: Clock = {
  now: () => performance.now(),
  later(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
