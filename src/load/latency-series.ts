import type { LoadSample, Quantiles } from './sample.ts';

/** One stretch of time in the latency pane. Latencies in ms; undefined when nothing came back in it. */
export interface LatencyBucket {
  /** Seconds since the load began, of its end. */
  t: number;
  latency: Pick<Quantiles, 'p50' | 'p95' | 'p99'> | undefined;
  /** Answers that the latency is of. */
  done: number;
  errors: number;
  cacheHits: number;
  cacheLookups: number;
  /** Ready replicas at its end, where anybody said how many. */
  replicas: number | undefined;
  /** Seconds that it spans. */
  seconds: number;
}

/** What the latency pane draws: all of a load test in at most `capacity` buckets, however long it goes on. */
export interface LatencySeries {
  readonly buckets: readonly LatencyBucket[];
  readonly capacity: number;
  /** How many samples make a bucket; doubled whenever the buckets are full. */
  readonly samplesPerBucket: number;
  /** Samples in the newest bucket. */
  readonly inNewest: number;
  readonly phase: LoadSample['phase'] | undefined;
  /** When the newest sample came, epoch ms. */
  readonly at: number | undefined;
  readonly replicas: number | undefined;
  /** Of the last two seconds; undefined when nothing came back in them. */
  readonly latest: LatencyBucket['latency'];
}

export function emptyLatencySeries(capacity = 240): LatencySeries {
  return {
    buckets: [],
    capacity,
    samplesPerBucket: 1,
    inNewest: 0,
    phase: undefined,
    at: undefined,
    replicas: undefined,
    latest: undefined,
  };
}

/** The series with one sample more; `at` is when it came, epoch ms. A sample of a new load begins a new series. */
export function withSample(series: LatencySeries, sample: LoadSample, at: number): LatencySeries {
  const newest = series.buckets.at(-1);
  if (newest && sample.t < newest.t) {
    return withSample({ ...emptyLatencySeries(series.capacity), replicas: series.replicas }, sample, at);
  }
  const recent = sample.recent ?? sample.latency;
  const bucket: LatencyBucket = {
    t: sample.t,
    // Where nothing came back there is a gap, though the seconds before it are still known.
    latency: sample.latency && recent,
    done: sample.done,
    errors: sample.errors,
    cacheHits: sample.cacheHits,
    cacheLookups: sample.cacheLookups,
    replicas: series.replicas,
    seconds: sample.t - (newest?.t ?? 0),
  };
  const joins = newest !== undefined && series.inNewest < series.samplesPerBucket;
  const buckets = joins ? [...series.buckets.slice(0, -1), merge(newest, bucket)] : [...series.buckets, bucket];
  const next = { ...series, buckets, phase: sample.phase, at, latest: recent };
  if (joins) return { ...next, inNewest: series.inNewest + 1 };
  return buckets.length > series.capacity ? halved(next) : { ...next, inNewest: 1 };
}

/** The same with what is now known of the replicas; it goes into the buckets from here on. */
export function withReplicas(series: LatencySeries, replicas: number | undefined): LatencySeries {
  return series.replicas === replicas ? series : { ...series, replicas };
}

/** Figures of the last `seconds`: what the pane says in words. */
export function recentFigures(series: LatencySeries, seconds = 2): LatencyBucket | undefined {
  const end = series.buckets.at(-1)?.t ?? 0;
  const recent = series.buckets.filter((bucket) => bucket.t > end - seconds);
  return recent.length === 0 ? undefined : recent.reduce(merge);
}

function halved(series: LatencySeries): LatencySeries {
  const buckets: LatencyBucket[] = [];
  for (let index = 0; index < series.buckets.length; index += 2) {
    const [first, second] = [series.buckets[index], series.buckets[index + 1]];
    if (first) buckets.push(second ? merge(first, second) : first);
  }
  const alone = series.buckets.length % 2 === 1;
  const samplesPerBucket = series.samplesPerBucket * 2;
  return { ...series, buckets, samplesPerBucket, inNewest: alone ? 1 : samplesPerBucket };
}

// Quantiles of two stretches cannot be added up. The higher one of P95 and P99 is kept, so that no peak is lost; the
// middle is weighted.
function merge(earlier: LatencyBucket, later: LatencyBucket): LatencyBucket {
  const [first, second] = [earlier.latency, later.latency];
  const weight = earlier.done + later.done;
  const latency =
    first && second
      ? {
          p50: weight > 0 ? (first.p50 * earlier.done + second.p50 * later.done) / weight : second.p50,
          p95: Math.max(first.p95, second.p95),
          p99: Math.max(first.p99, second.p99),
        }
      : (first ?? second);
  return {
    t: later.t,
    latency,
    done: weight,
    errors: earlier.errors + later.errors,
    cacheHits: earlier.cacheHits + later.cacheHits,
    cacheLookups: earlier.cacheLookups + later.cacheLookups,
    replicas: later.replicas ?? earlier.replicas,
    seconds: earlier.seconds + later.seconds,
  };
}
