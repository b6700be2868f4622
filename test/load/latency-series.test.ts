import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyLatencySeries, recentFigures, withReplicas, withSample } from '../../src/load/latency-series.ts';
import type { LoadSample } from '../../src/load/sample.ts';

const sampleAt = (t: number, p95: number): LoadSample => ({
  t,
  phase: 'sustained',
  target: 100,
  scheduled: 25,
  sent: 25,
  done: 25,
  errors: 1,
  cacheHits: 20,
  cacheLookups: 25,
  inFlight: 0,
  queued: 0,
  statuses: {},
  latency: { p50: p95 / 2, p95, p99: p95 * 2, max: p95 * 3 },
  lagP99: 0,
});

test('a load of any length is kept whole in a bounded number of buckets, and no peak is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 500 }),
      fc.integer({ min: 2, max: 40 }),
      (values, capacity) => {
        let series = emptyLatencySeries(capacity);
        for (const [index, value] of values.entries())
          series = withSample(series, sampleAt((index + 1) / 4, value), index);
        expect(series.buckets.length).toBeLessThanOrEqual(capacity);
        expect(Math.max(...series.buckets.map((bucket) => bucket.latency?.p95 ?? 0))).toBe(Math.max(...values));
        expect(series.buckets.reduce((sum, bucket) => sum + bucket.done, 0)).toBe(values.length * 25);
        const seconds = series.buckets.reduce((sum, bucket) => sum + bucket.seconds, 0);
        expect(seconds).toBeCloseTo(values.length / 4, 6);
        expect(series.buckets.map((bucket) => bucket.t)).toEqual(
          [...series.buckets.map((bucket) => bucket.t)].sort((a, b) => a - b),
        );
      },
    ),
  );
});

test('replicas stand in the buckets from when they are known', () => {
  let series = withSample(emptyLatencySeries(), sampleAt(0.25, 100), 0);
  series = withSample(withReplicas(series, 3), sampleAt(0.5, 100), 1);
  series = withSample(withReplicas(series, 5), sampleAt(0.75, 100), 2);
  expect(series.buckets.map((bucket) => bucket.replicas)).toEqual([undefined, 3, 5]);
});

test('a second load begins a new series', () => {
  const first = withSample(withSample(emptyLatencySeries(), sampleAt(10, 100), 0), sampleAt(20, 100), 1);
  expect(withSample(first, sampleAt(0.25, 50), 2).buckets).toHaveLength(1);
});

test('recent figures are of the last seconds and not of the whole', () => {
  let series = emptyLatencySeries();
  for (let index = 1; index <= 40; index += 1)
    series = withSample(series, sampleAt(index / 4, index <= 20 ? 900 : 100), index);
  expect(recentFigures(series, 2)?.done).toBe(200);
  expect(series.latest?.p95).toBe(100);
  expect(recentFigures(emptyLatencySeries())).toBeUndefined();
});

test('the line is drawn from the last two seconds where they are known, and has a gap where nothing came', () => {
  const recent = { p50: 1, p95: 2, p99: 3, max: 4 };
  let series = withSample(emptyLatencySeries(), { ...sampleAt(0.25, 900), recent }, 0);
  series = withSample(series, { ...sampleAt(0.5, 900), latency: undefined, recent }, 1);
  expect(series.buckets.map((bucket) => bucket.latency?.p95)).toEqual([2, undefined]);
  expect(series.latest?.p95).toBe(2);
});
