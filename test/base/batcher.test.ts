import { afterEach, expect, test, vi } from 'vitest';
import { createBatcher } from '../../src/base/batcher.ts';

afterEach(() => void vi.useRealTimers());

test('a steady stream cannot starve the timer', () => {
  vi.useFakeTimers();
  const batches: number[][] = [];
  const batcher = createBatcher<number>(50, (items) => batches.push(items));
  for (let i = 0; i < 20; i += 1) {
    batcher.push(i);
    vi.advanceTimersByTime(10);
  }
  batcher.close();
  expect(batches.length).toBeGreaterThanOrEqual(3);
  expect(batches.flat()).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test('closing delivers what waits, and later items are not accepted', () => {
  vi.useFakeTimers();
  const deliver = vi.fn();
  const batcher = createBatcher<string>(50, deliver);
  batcher.push('a');
  batcher.close();
  batcher.push('b');
  vi.advanceTimersByTime(1000);
  expect(deliver.mock.calls).toEqual([[['a']]]);
});

test('a flood may be handed over less often than a trickle', () => {
  vi.useFakeTimers();
  const sizes: number[] = [];
  const interval = (previous: number) => (previous > 5 ? 1000 : 100);
  const batcher = createBatcher<number>(interval, (items) => sizes.push(items.length));
  const push = (count: number) => Array.from({ length: count }, (_, i) => batcher.push(i));
  push(10);
  vi.advanceTimersByTime(100);
  push(1);
  vi.advanceTimersByTime(999);
  expect(sizes).toEqual([10]);
  vi.advanceTimersByTime(1);
  push(1);
  vi.advanceTimersByTime(100);
  expect(sizes).toEqual([10, 1, 1]);
});
