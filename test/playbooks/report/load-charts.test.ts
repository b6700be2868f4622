import { expect, it } from 'vitest';
import type { LoadSample } from '../../../src/load/sample.ts';
import { loadCharts } from '../../../src/playbooks/report/load-charts.ts';

const sample = (t: number, replicas: number | undefined): LoadSample => ({
  ...{ t, phase: 'sustained', target: 20, scheduled: 5, sent: 5, done: 5, errors: 0, cacheHits: 0, cacheLookups: 0 },
  ...{ inFlight: 0, queued: 0, statuses: { 200: 5 }, latency: { p50: 5, p95: 9, p99: 12, max: 20 }, lagP99: 0 },
  ...(replicas === undefined ? {} : { replicas }),
});
const drawn = (samples: LoadSample[]) =>
  loadCharts({ step: 'load-test', title: 'Load test', samples, result: undefined }).map(({ text }) => text);

it('the pods behind the load stand below it on the same seconds, as steps', () => {
  const charts = drawn([sample(10, 2), sample(20, 2), sample(30, 5), sample(40, 5)]);
  expect(charts).toHaveLength(3);
  expect(charts[2]).toContain('from 2 to 5');
  const [, points = ''] = /class="series p50" points="([^"]+)"/.exec(charts[2] ?? '') ?? [];
  const xs = points.split(' ').map((point) => Number(point.split(',')[0]));
  // The third moment is drawn twice: up to it there were two pods.
  expect(xs).toHaveLength(5);
  expect(xs[2]).toBe(xs[3]);
});

it('where nobody knew how many pods there were, nothing is drawn of them', () => {
  expect(drawn([sample(10, undefined), sample(20, undefined)])).toHaveLength(2);
});
