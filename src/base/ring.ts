/** A list that keeps the newest `capacity` items and forgets the oldest, so that a stream cannot fill the memory. */
export interface Ring<T> {
  readonly capacity: number;
  /** How many items were ever pushed, the forgotten ones included. */
  readonly total: number;
  push(item: T): void;
  /** The kept items, oldest first; a new array. */
  items(): T[];
}

export function createRing<T>(capacity: number): Ring<T> {
  if (!Number.isInteger(capacity) || capacity < 1)
    throw new RangeError(`a ring holds at least one item, not ${capacity}`);
  const slots: T[] = [];
  let total = 0;
  return {
    capacity,
    get total() {
      return total;
    },
    push(item) {
      slots[total % capacity] = item;
      total += 1;
    },
    items() {
      const start = total % capacity;
      return total <= capacity ? slots.slice() : [...slots.slice(start), ...slots.slice(0, start)];
    },
  };
}
