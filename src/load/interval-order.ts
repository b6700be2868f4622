import type { IntervalMessage } from './recorder.ts';

/** Hands over each quarter of a second once all workers have told theirs, in the order of time. */
export function createIntervalOrder(workers: number, deliver: (messages: readonly IntervalMessage[]) => void) {
  const waiting = new Map<number, IntervalMessage[]>();
  const reached: number[] = Array(workers).fill(-1);
  return (worker: number, message: IntervalMessage): void => {
    waiting.set(message.index, [...(waiting.get(message.index) ?? []), message]);
    reached[worker] = message.last ? Number.POSITIVE_INFINITY : message.index;
    const complete = Math.min(...reached);
    for (const index of [...waiting.keys()].sort((a, b) => a - b)) {
      if (index > complete) break;
      const messages = waiting.get(index) ?? [];
      waiting.delete(index);
      deliver(messages);
    }
  };
}
