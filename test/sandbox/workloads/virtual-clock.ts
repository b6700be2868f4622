import type { Clock } from '../../../src/sandbox/workloads/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets `ms` pass, running everything that falls due, in order; promises in between are settled. */
  advance(ms: number): Promise<void>;
}

/** Time that passes only when told to, by a binary heap of what is due. */
export function createVirtualClock(): VirtualClock {
  const heap: { at: number; order: number; run: (() => void) | undefined }[] = [];
  let now = 0;
  let order = 0;
  const before = (a: number, b: number) => {
    const [left, right] = [heap[a], heap[b]];
    if (!left || !right) return false;
    return left.at < right.at || (left.at === right.at && left.order < right.order);
  };
  const swap = (a: number, b: number) => {
    const [left, right] = [heap[a], heap[b]];
    if (left && right) [heap[a], heap[b]] = [right, left];
  };
  const pop = () => {
    swap(0, heap.length - 1);
    const first = heap.pop();
    for (let at = 0; ; ) {
      let least = at;
      if (before(2 * at + 1, least)) least = 2 * at + 1;
      if (before(2 * at + 2, least)) least = 2 * at + 2;
      if (least === at) return first;
      swap(at, least);
      at = least;
    }
  };
  return {
    now: () => now,
    later(ms, run) {
      const entry: (typeof heap)[number] = { at: now + Math.max(0, ms), order: order++, run };
      heap.push(entry);
      for (let at = heap.length - 1; at > 0 && before(at, (at - 1) >> 1); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
      return () => {
        entry.run = undefined;
      };
    },
    async advance(ms) {
      const until = now + ms;
      for (let first = heap[0]; first && first.at <= until; first = heap[0]) {
        const due = pop();
        now = Math.max(now, due?.at ?? now);
        if (!due?.run) continue;
        due.run();
        for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
      }
      now = until;
    },
  };
}
