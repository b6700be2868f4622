/** What `metrics` holds where a load test is judged: latencies in milliseconds, ratios from 0 to 1; `scale` is 100 in a rehearsal at 1:100, else 1. */
export const metricTypes = {
  p50: 'double',
  p95: 'double',
  p99: 'double',
  max: 'double',
  mean: 'double',
  rps: 'double',
  requests: 'double',
  errorRate: 'double',
  cacheHitRatio: 'double',
  scale: 'double',
} as const;
