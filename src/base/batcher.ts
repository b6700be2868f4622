export interface Batcher<T> {
  push(item: T): void;
  /** Delivers what is waiting, now. */
  flush(): void;
  /** Delivers what is waiting and accepts nothing more. */
  close(): void;
}

/**
 * Collects items and hands them over together, at most once per interval (milliseconds, or by the size of the batch
 * before). The timer starts with the first item and is not started again by later ones, so a steady stream cannot starve
 * it.
 */
export function createBatcher<T>(
  interval: number | ((previousSize: number) => number),
  deliver: (items: T[]) => void,
): Batcher<T> {
  let waiting: T[] = [];
  let previousSize = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    previousSize = items.length;
    deliver(items);
  };
  return {
    push(item) {
      if (closed) return;
      waiting.push(item);
      timer ??= setTimeout(flush, typeof interval === 'number' ? interval : interval(previousSize));
    },
    flush,
    close() {
      flush();
      closed = true;
    },
  };
}
