export interface WorkQueue {
  /** Asks for a key to be worked on; asking again before that changes nothing. */
  add(key: string): void;
  addAfter(key: string, ms: number): void;
  /** Work begins; what was added before has waited. */
  start(): void;
  stop(): void;
}

export interface WorkQueueOptions {
  /** How many keys are worked on at the same time; never one key twice. */
  workers?: number;
  firstRetryMs?: number;
  longestRetryMs?: number;
  onError?: (key: string, error: unknown) => void;
}

/**
 * Keys to work on (client-go's `util/workqueue`): each waits at most once, is never worked on twice at the same time, is
 * taken up again when it was added meanwhile, and after an error comes back with a doubling delay.
 */
export function createWorkQueue(work: (key: string) => Promise<void>, options: WorkQueueOptions = {}): WorkQueue {
  const { workers = 4, firstRetryMs = 20, longestRetryMs = 30_000 } = options;
  const waiting = new Set<string>();
  const working = new Set<string>();
  const again = new Set<string>();
  const retries = new Map<string, number>();
  const timers = new Map<string, { timer: NodeJS.Timeout; at: number }>();
  let running = false;
  let stopped = false;

  const add = (key: string) => {
    if (working.has(key)) again.add(key);
    else waiting.add(key);
    take();
  };

  const addAfter = (key: string, ms: number) => {
    if (stopped) return;
    const at = Date.now() + ms;
    const planned = timers.get(key);
    if (planned && planned.at <= at) return;
    if (planned) clearTimeout(planned.timer);
    const timer = setTimeout(() => {
      timers.delete(key);
      add(key);
    }, ms);
    timers.set(key, { timer, at });
  };

  const run = async (key: string) => {
    try {
      // Everybody hears of a change before anybody acts on it.
      await Promise.resolve();
      await work(key);
      retries.delete(key);
    } catch (error) {
      if (!running) return;
      const count = retries.get(key) ?? 0;
      retries.set(key, count + 1);
      options.onError?.(key, error);
      addAfter(key, Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(count, 20)));
    } finally {
      working.delete(key);
      if (again.delete(key)) waiting.add(key);
      take();
    }
  };

  const take = () => {
    for (const key of waiting) {
      if (!running || working.size >= workers) return;
      waiting.delete(key);
      working.add(key);
      void run(key);
    }
  };

  return {
    add,
    addAfter,
    start() {
      running = !stopped;
      take();
    },
    stop() {
      stopped = true;
      running = false;
      waiting.clear();
      for (const { timer } of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
