import { expect, test } from 'vitest';
import { humanDuration } from '../../src/kubernetes/human-duration.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

// The cases of apimachinery/pkg/util/duration/duration_test.go.
test.each([
  [1000, '1s'],
  [70_000, '70s'],
  [190_000, '3m10s'],
  [70 * minute, '70m'],
  [47 * hour, '47h'],
  [49 * hour, '2d1h'],
  [8 * day + 2 * hour, '8d'],
  [367 * day, '367d'],
  [2 * 365 * day + 25 * day, '2y25d'],
  [8 * 365 * day + 2 * day, '8y'],
  [2 * minute - 1000, '119s'],
  [2 * minute, '2m'],
  [9 * minute + 59_000, '9m59s'],
  [10 * minute, '10m'],
  [3 * hour - 1000, '179m'],
  [3 * hour, '3h'],
  [7 * hour + 59 * minute, '7h59m'],
  [8 * hour, '8h'],
  [2 * day - 1000, '47h'],
  [2 * day, '2d'],
  [-1900, '0s'],
  [-2001, '<invalid>'],
])('%d ms are %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});
