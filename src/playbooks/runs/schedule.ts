/** Something that is begun when what it waits for has ended. */
export interface Task {
  id: string;
  /** Undefined: when all above it have ended. */
  needs: readonly string[] | undefined;
  run(): Promise<void>;
}

export interface ScheduleOptions {
  /** How many run at the same time at most. */
  atOnce: number;
  /** Asked just before a task would begin; one that may not is passed over, and counts as ended. */
  mayBegin(task: Task): boolean;
}

/**
 * Runs tasks side by side as far as their needs allow, those that are ready in the order of the list. Returns whether each of
 * them was run. When one throws, no more are begun; what it threw is thrown once those that run have ended.
 */
export async function schedule(tasks: readonly Task[], { atOnce, mayBegin }: ScheduleOptions): Promise<boolean> {
  const waiting = new Set(tasks);
  const ended = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const broken: unknown[] = [];
  let whole = true;
  const isReady = ({ needs }: Task, index: number) =>
    needs
      ? needs.every((id) => ended.has(id) || !tasks.some((task) => task.id === id))
      : tasks.slice(0, index).every(({ id }) => ended.has(id));
  const begin = (task: Task) => {
    const over = () => {
      running.delete(task.id);
      ended.add(task.id);
    };
    running.set(
      task.id,
      task
        .run()
        .catch((error: unknown) => void broken.push(error))
        .then(over),
    );
  };
  while (waiting.size > 0 || running.size > 0) {
    const before = waiting.size;
    for (const [index, task] of tasks.entries()) {
      if (running.size >= atOnce || broken.length > 0) break;
      if (!waiting.has(task) || !isReady(task, index)) continue;
      waiting.delete(task);
      if (mayBegin(task)) begin(task);
      else {
        ended.add(task.id);
        whole = false;
      }
    }
    if (running.size > 0) await Promise.race(running.values());
    else if (broken.length > 0) throw broken[0];
    else if (waiting.size === before)
      throw new Error(`what these wait for never ends: ${[...waiting].map(({ id }) => id).join(', ')}`);
  }
  if (broken.length > 0) throw broken[0];
  return whole;
}
