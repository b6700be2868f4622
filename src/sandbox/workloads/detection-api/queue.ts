import type { ProcessContext } from '../image.ts';
import type { ContainerSystem } from '../system.ts';

/** What waits for the TAK server: it is kept while that does not answer. */
export interface OfflineQueue {
  depth(): number;
  add(count: number): void;
  empty(): void;
  /** Puts what is there onto its volume. */
  keep(): Promise<void>;
  /** Hands nothing on any more. */
  stop(): void;
}

/** How often it tries to hand on, ms, and how many at once. */
const handingOn = { everyMs: 1000, most: 400 };
const header = 'SQLite format 3\0';
const running = new WeakMap<ContainerSystem, { queue: OfflineQueue; tag: string | undefined }>();

/** The queue of the process that runs in a container; undefined where none runs. */
export const queueOf = (system: ContainerSystem) => running.get(system)?.queue;

/** Which version of the API runs in a container. */
export const tagOf = (system: ContainerSystem) => running.get(system)?.tag;

/** Where the queue lies, by the container's variables. */
export const queuePath = (env: Readonly<Record<string, string>>) => env.QUEUE_PATH ?? '/app/data/queue.db';

/** Opens the queue of a process: what its volume holds from before, and what comes. */
export function openQueue(context: ProcessContext): OfflineQueue {
  const { clock, system, env } = context;
  const most = Number(env.QUEUE_MAX_ITEMS ?? 100_000);
  const path = queuePath(env);
  let waiting = 0;
  let cancel = () => {};
  const reachable = () => {
    const endpoint = env.TAK_ENDPOINT ?? '';
    if (!URL.canParse(endpoint)) return false;
    const { hostname, port } = new URL(endpoint);
    return context.dial(hostname, Number(port || 8089)) !== undefined;
  };
  const handOn = () => {
    if (waiting > 0 && reachable()) waiting = Math.max(0, waiting - handingOn.most);
    cancel = clock.later(handingOn.everyMs, handOn);
  };
  void system
    .files()
    .then((files) => {
      const found = files.find(path);
      if (found?.kind === 'file') waiting += Number(found.data.toString('utf8').slice(header.length)) || 0;
    })
    .catch(() => {});
  handOn();
  const queue: OfflineQueue = {
    depth: () => waiting,
    add(count) {
      // The oldest go when it is full.
      waiting = Math.min(most, waiting + count);
    },
    empty() {
      waiting = 0;
    },
    async keep() {
      const files = await system.files();
      files.write(path, Buffer.from(`${header}${waiting}`));
    },
    stop: () => cancel(),
  };
  running.set(system, { queue, tag: context.tag });
  return queue;
}
