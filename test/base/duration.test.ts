import { expect, test } from 'vitest';
import { formatAge, formatCoarseAge, formatDuration, parseDuration } from '../../src/base/duration.ts';

test.each([
  ['300s', 300_000],
  ['1m30s', 90_000],
  ['250ms', 250],
  ['1.5h', 5_400_000],
  [60, 60_000],
  ['60', 60_000],
])('%s is %d milliseconds', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each(['', 's', '5 s', '-3s', 'abc', '1s2', Number.NaN])('%s is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('an age that is drawn goes in steps while it is young', () => {
  expect([0, 4999, 5000, 59_999, 60_000, 69_999, 119_999, 120_000].map(formatCoarseAge)).toEqual([
    '0s',
    '0s',
    '5s',
    '55s',
    '60s',
    '60s',
    '110s',
    '2m',
  ]);
});

test('durations and ages are short and never lie by a unit', () => {
  expect([0, 420, 9949, 9951, 59_400, 59_500, 185_000, 7_800_000].map(formatDuration)).toEqual([
    '0.0s',
    '0.4s',
    '9.9s',
    '10s',
    '59s',
    '1m00s',
    '3m05s',
    '2h10m',
  ]);
  expect([0, 45_000, 200_000, 8_000_000, 400_000_000].map(formatAge)).toEqual(['0s', '45s', '3m', '2h', '4d']);
});
