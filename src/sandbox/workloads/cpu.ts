import type { Clock } from './clock.ts';

/** A container's CPU under its limit, in the manner of the kernel's CFS bandwidth control (100 ms periods). */
export interface Cpu {
  /**
   * Takes `seconds` of CPU for work that would last `ms`. Returns the milliseconds it lasts: longer than `ms` when the
   * limit throttles.
   */
  work(ms: number, seconds: number): number;
  /** CPU seconds really used so far, never faster than the limit. */
  usedSeconds(): number;
}

const periodMs = 100;

export function createCpu(clock: Clock, options: { limit: number | undefined; baseCores: number }): Cpu {
  const startedAt = clock.now();
  const cores = Math.max(0.001, (options.limit ?? Number.POSITIVE_INFINITY) - options.baseCores);
  let taken = 0;
  let busyUntil = startedAt;
  return {
    work(ms, seconds) {
      const now = clock.now();
      taken += seconds;
      if (cores === Number.POSITIVE_INFINITY) return ms;
      // What one period leaves over is not saved for later ones.
      busyUntil = Math.max(busyUntil, now - periodMs) + (seconds / cores) * 1000;
      return Math.max(ms, busyUntil - now);
    },
    usedSeconds() {
      const now = clock.now();
      const waiting = cores === Number.POSITIVE_INFINITY ? 0 : (Math.max(0, busyUntil - now) / 1000) * cores;
      return options.baseCores * ((now - startedAt) / 1000) + Math.max(0, taken - waiting);
    },
  };
}
