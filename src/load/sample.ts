/** Latencies in milliseconds. */
export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** What one interval of a load test (250 ms) looked like; four a second go to the screen and into `samples.ndjson`. */
export interface LoadSample {
  /** Seconds since the load began. */
  t: number;
  /** Everything before the sustained phase is the ramp; after the last planned request it drains. */
  phase: 'ramp' | 'sustained' | 'drain';
  /** Requests a second that the scenario wants now; for closed loops the number of users. */
  target: number;
  /** Counts are of this interval; `inFlight` and `queued` are of its end. */
  scheduled: number;
  sent: number;
  done: number;
  errors: number;
  cacheHits: number;
  cacheLookups: number;
  inFlight: number;
  /** Due but not yet sent. */
  queued: number;
  /** Counts of this interval's answers by status code; `0` are those without an answer. */
  statuses: Record<string, number>;
  /** Response time (from the planned time) of this interval; undefined when nothing came back in it. */
  latency: Quantiles | undefined;
  /** The same over the last two seconds: an interval alone holds too few answers for a steady P95. */
  recent?: Quantiles | undefined;
  /** Planned → written while a connection was idle, p99 so far: over 5 ms the generator is the limit. */
  lagP99: number;
  /** Pods that stood ready behind what is loaded, where that is known. */
  replicas?: number | undefined;
}

/** Figures over a stretch of a load test. */
export interface LoadFigures {
  seconds: number;
  requests: number;
  requestsPerSecond: number;
  errors: number;
  /** 0 … 1 */
  errorRate: number;
  statuses: Record<string, number>;
  /** From the planned time of each request: what a user waited. */
  response: Quantiles & { mean: number };
  /** From the write to the answer: what the server took. */
  service: Quantiles & { mean: number };
  /** 0 … 1, undefined when no answer said whether it came from the cache. */
  cacheHitRatio: number | undefined;
}

/** One step of a stress test. */
export interface StepFigures extends LoadFigures {
  /** Requests a second that were wanted. */
  rate: number;
  held: boolean;
  /** Why it did not hold. */
  reason?: string;
}

export interface ThresholdResult {
  /** As written in the scenario, e.g. `P95 latency ≤ 250 ms`. */
  title: string;
  expect: string;
  observed: string;
  met: boolean;
}

export interface LoadResult {
  scenario: string;
  url: string;
  /** After the ramp: what targets are judged on. */
  sustained: LoadFigures;
  /** The whole run, ramp included. */
  whole: LoadFigures;
  thresholds: ThresholdResult[];
  /** `generator`: the figures are bounded by this machine, not by the system under test. */
  limitedBy: 'nothing' | 'generator';
  lagP99: number;
  /** Model: an open loop shows a stall, a closed loop hides it. */
  loop: 'open' | 'closed';
  /** True when it was ended before its time. */
  stopped: boolean;
  /** Requests without an answer by what went wrong: `ECONNRESET`, `timeout`, `never sent`. */
  failures?: Record<string, number>;
  /** Of a stress test; `sustained` then is the last step that held. */
  steps?: StepFigures[];
  /** A rehearsal: its rates are one part in so many. */
  scale?: number;
}
