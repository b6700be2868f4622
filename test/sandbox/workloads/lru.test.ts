import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLruStore } from '../../../src/sandbox/workloads/lru.ts';

test('the least recently used entries go when the memory is full', () => {
  const store = createLruStore(30);
  for (const key of ['a', 'b', 'c']) store.set(key, key, 10, 100);
  store.get('a', 0);
  store.set('d', 'd', 10, 100);
  expect(['a', 'b', 'c', 'd'].map((key) => store.get(key, 0))).toEqual(['a', undefined, 'c', 'd']);
  expect(store.evicted).toBe(1);
});

test('an entry ends when its time is over', () => {
  const store = createLruStore(30);
  store.set('a', '1', 10, 100);
  expect(store.get('a', 99)).toBe('1');
  expect(store.get('a', 100)).toBeUndefined();
  expect(store.bytes).toBe(0);
});

test('it never holds more bytes than it may, and counts what it holds', () => {
  const step = fc.record({
    key: fc.integer({ min: 0, max: 20 }),
    size: fc.integer({ min: 1, max: 40 }),
    read: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const store = createLruStore(100);
      for (const { key, size, read } of steps) {
        if (read) store.get(String(key), 0);
        else store.set(String(key), 'v', size, 1);
        expect(store.bytes).toBeLessThanOrEqual(100);
        expect(store.size === 0).toBe(store.bytes === 0);
      }
    }),
  );
});
