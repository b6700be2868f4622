import type { LoadFigures, LoadResult } from '../../src/load/sample.ts';

const quantiles = { p50: 142.34, p95: 238.67, p99: 456.12, max: 900.5, mean: 150.25 };

export const figures: LoadFigures = {
  seconds: 60,
  requests: 12_453,
  requestsPerSecond: 207.55,
  errors: 15,
  errorRate: 0.0012,
  statuses: { 200: 12_438, 503: 15 },
  response: quantiles,
  service: quantiles,
  cacheHitRatio: 0.7845,
};

/** The guide's own figures. */
export const guideResult: LoadResult = {
  scenario: 'tars/basic',
  url: 'http://127.0.0.1:8000',
  sustained: figures,
  whole: { ...figures, seconds: 100, requests: 17_500 },
  thresholds: [],
  limitedBy: 'nothing',
  lagP99: 1.2,
  loop: 'open',
  stopped: false,
  failures: {},
};
