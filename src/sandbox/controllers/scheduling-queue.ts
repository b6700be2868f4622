/** Pods that wait for a node (`pkg/scheduler/backend/queue`). */
export interface SchedulingQueue {
  /** Asks for a pod to be placed. */
  push(key: string): void;
  /** It fits nowhere: it waits until something changes. */
  park(key: string): void;
  forget(key: string): void;
  /** Something changed: all that found no place try again. */
  wake(): void;
  start(): void;
  stop(): void;
}

export interface SchedulingQueueOptions {
  /** Places one pod; never two at the same time. */
  place(key: string): Promise<void>;
  priorityOf(key: string): number;
  onError(key: string, error: unknown): void;
}

/** After a change, pods that found no place wait this long for more changes of its kind. */
const gatherMs = 20;
const retryMs = 200;

/** Takes what waits in rounds, in each the most important first, else in the order in which they came. */
export function createSchedulingQueue(options: SchedulingQueueOptions): SchedulingQueue {
  const active = new Set<string>();
  const parked = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  let waking: NodeJS.Timeout | undefined;
  let running = false;
  let working = false;

  const later = (ms: number, act: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
    return timer;
  };
  const push = (key: string) => {
    parked.delete(key);
    active.add(key);
    void work();
  };
  const work = async () => {
    if (working || !running) return;
    working = true;
    // Everybody hears of a change before anybody acts on it.
    await Promise.resolve();
    while (active.size > 0 && running) {
      const round = [...active].map((key) => ({ key, priority: options.priorityOf(key) }));
      active.clear();
      for (const { key } of round.sort((left, right) => right.priority - left.priority)) {
        if (!running) break;
        try {
          await options.place(key);
        } catch (error) {
          if (running) options.onError(key, error);
          later(retryMs, () => push(key));
        }
      }
    }
    working = false;
  };
  return {
    push,
    park: (key) => void parked.add(key),
    forget(key) {
      parked.delete(key);
      active.delete(key);
    },
    wake() {
      if (parked.size === 0) return;
      if (waking) return;
      waking = later(gatherMs, () => {
        waking = undefined;
        for (const key of [...parked]) push(key);
      });
    },
    start() {
      running = true;
      void work();
    },
    stop() {
      running = false;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
