export interface Timers {
  later(ms: number, run: () => void): void;
  /** Never resolves once they are cleared. */
  pause(ms: number): Promise<void>;
  clear(): void;
}

/** Timers that end together. */
export function createTimers(): Timers {
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };
  return {
    later,
    pause: (ms: number) => new Promise<void>((resolve) => later(ms, resolve)),
    clear() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
