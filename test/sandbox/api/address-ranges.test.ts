import { expect, test } from 'vitest';
import { isInside } from '../../../src/sandbox/api/validation/addresses.ts';

test.each([
  ['169.254.0.0/16', '0.0.0.0/0', true],
  ['10.1.0.0/16', '10.0.0.0/8', true],
  ['11.1.0.0/16', '10.0.0.0/8', false],
  ['10.0.0.0/8', '10.0.0.0/8', false],
  ['0.0.0.0/0', '10.0.0.0/8', false],
])('%s lies inside of %s: %s', (inner, outer, inside) => {
  expect(isInside(inner, outer)).toBe(inside);
});
