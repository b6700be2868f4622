import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRing } from '../../src/base/ring.ts';

test('a ring keeps the newest items in order, however many are pushed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 20 }), (items, capacity) => {
      const ring = createRing<number>(capacity);
      for (const item of items) ring.push(item);
      expect(ring.items()).toEqual(items.slice(-capacity));
      expect(ring.total).toBe(items.length);
    }),
  );
});

test('a ring for nothing is refused', () => {
  expect(() => createRing(0)).toThrow(RangeError);
});
