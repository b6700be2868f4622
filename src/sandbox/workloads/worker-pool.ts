import type { Clock } from './clock.ts';

export interface WorkerPool {
  readonly busy: number;
  readonly waiting: number;
  /**
   * Waits for a free worker, first come first served, then holds it for as long as `begin` says. Resolves after that;
   * rejects with `full` when the queue is at its bound. `begin` runs when the worker takes it up.
   */
  run(begin: () => number): Promise<void>;
  /** Resolves when nothing is running or waiting. */
  drained(): Promise<void>;
  /** Lets go of everything; what waits never resolves. */
  kill(): void;
}

export class QueueFull extends Error {}

/** A fixed number of workers behind one bounded queue: the G/G/c station that a pod is. */
export function createWorkerPool(clock: Clock, options: { workers: number; queue: number }): WorkerPool {
  const queue: (() => void)[] = [];
  const timers = new Set<() => void>();
  let onDrained: (() => void)[] = [];
  let head = 0;
  let busy = 0;
  const waiting = () => queue.length - head;

  const next = () => {
    busy -= 1;
    const following = queue[head];
    if (following) {
      head += 1;
      if (head > 1024 && head * 2 > queue.length) {
        queue.splice(0, head);
        head = 0;
      }
      following();
    } else if (busy === 0) {
      for (const tell of onDrained) tell();
      onDrained = [];
    }
  };
  const take = (begin: () => number, done: () => void) => {
    busy += 1;
    const cancel = clock.later(begin(), () => {
      timers.delete(cancel);
      next();
      done();
    });
    timers.add(cancel);
  };

  return {
    get busy() {
      return busy;
    },
    get waiting() {
      return waiting();
    },
    run(begin) {
      if (busy >= options.workers && waiting() >= options.queue) return Promise.reject(new QueueFull('queue full'));
      return new Promise((done) => {
        if (busy < options.workers) take(begin, done);
        else queue.push(() => take(begin, done));
      });
    },
    drained() {
      return busy === 0 ? Promise.resolve() : new Promise((tell) => onDrained.push(tell));
    },
    kill() {
      for (const cancel of timers) cancel();
      timers.clear();
      queue.length = 0;
      head = 0;
      busy = 0;
      for (const tell of onDrained) tell();
      onDrained = [];
    },
  };
}
