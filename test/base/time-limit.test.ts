import { expect, it } from 'vitest';
import { TooLongError, withinTimeLimit } from '../../src/base/time-limit.ts';

/** Lets time go by without using any of the processor, as on a machine that does something else. */
const idle = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it('ends what takes longer than it may', () => {
  expect(() => withinTimeLimit(50, () => /^(a+)+$/.test(`${'a'.repeat(60)}!`))).toThrow(TooLongError);
});

it('begins again what had no time of the processor', () => {
  let tries = 0;
  const work = () => {
    tries += 1;
    if (tries < 3) idle(200);
    return 'done';
  };
  expect(withinTimeLimit(50, work)).toBe('done');
  expect(tries).toBe(3);
});
