import type { LoadSample } from '../../../load/sample.ts';

/** Names of figures that the latency pane shows, in milliseconds. */
export interface LatencyNames {
  p50: string;
  p95: string;
  p99: string;
}

/** A look as the latency pane takes it; undefined where nothing was answered. `seconds` since the watching began. */
export function latencySample(
  names: LatencyNames,
  values: Readonly<Record<string, unknown>>,
  seconds: number,
): LoadSample | undefined {
  const [p50, p95, p99] = [values[names.p50], values[names.p95], values[names.p99]];
  if (typeof p50 !== 'number' || typeof p95 !== 'number' || typeof p99 !== 'number') return undefined;
  const latency = { p50, p95, p99, max: p99 };
  return {
    ...{ t: seconds, phase: 'sustained', target: 0, scheduled: 0, sent: 0, done: 0, errors: 0 },
    ...{ cacheHits: 0, cacheLookups: 0, inFlight: 0, queued: 0, statuses: {}, lagP99: 0 },
    latency,
    recent: latency,
  };
}
