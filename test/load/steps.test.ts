import { expect, test } from 'vitest';
import { judgeStep } from '../../src/load/steps.ts';
import { figures } from './load-result.ts';

const rule = { from: 100, to: 1000, factor: 1.25, every: 20_000, p99: 1000, done: 0.98 };
const step = { ...figures, seconds: 20, rate: 100, requests: 2000, errorRate: 0 };

test('a step holds when its requests are answered, in time and without errors', () => {
  expect(judgeStep(rule, step, false)).toEqual({ ...step, held: true });
});

test('a step does not hold when too few are answered, P99 breaks, errors grow or the generator is the limit', () => {
  const reason = (change: Partial<typeof step>, generator = false) =>
    judgeStep(rule, { ...step, ...change }, generator).reason;
  expect(reason({ requests: 1959 })).toBe('only 97 % of the scheduled requests were answered in time');
  expect(reason({ requests: 1961 })).toBeUndefined();
  expect(reason({ response: { ...figures.response, p99: 1001 } })).toBe('P99 1001 ms is over 1000 ms');
  expect(reason({ errorRate: 0.03 })).toBe('3.0 % errors');
  expect(reason({}, true)).toContain('the generator is the limit');
});
