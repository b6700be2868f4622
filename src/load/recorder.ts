import type { CacheOutcome } from './cache-rule.ts';
import { createHistogram, type Histogram, packHistogram, record } from './histogram.ts';

/** What happened in one interval to the requests that were planned in one phase. */
export interface PhaseDelta {
  phase: number;
  /** Answered or failed. */
  done: number;
  errors: number;
  cacheHits: number;
  cacheLookups: number;
  statuses: Record<string, number>;
  /** Packed histograms. */
  response: string;
  service: string;
}

/** What a worker says four times a second. Counts are of this interval. */
export interface IntervalMessage {
  type: 'interval';
  /** Which quarter of a second this is; the same in all workers. */
  index: number;
  /** Milliseconds since the start. */
  t: number;
  sent: number;
  inFlight: number;
  queued: number;
  /** Answers that came in this interval, by the phase that it was then. */
  arrived: number[];
  /** Share of the interval in which the worker's thread was busy. */
  busy: number;
  lag: string;
  failures: Record<string, number>;
  phases: PhaseDelta[];
  last: boolean;
}

interface PhaseRecord extends Omit<PhaseDelta, 'response' | 'service'> {
  response: Histogram;
  service: Histogram;
}

export interface Recorder {
  /** Times in milliseconds. `service` is undefined when the request never went out. */
  done(
    phase: number,
    outcome: { status: number; error: boolean; cache: CacheOutcome; response: number; service: number | undefined },
  ): void;
  arrived(phase: number): void;
  sent(lag: number | undefined): void;
  failed(code: string): void;
  /** Hands over what was recorded since the last time and starts anew. */
  take(): Pick<IntervalMessage, 'sent' | 'arrived' | 'lag' | 'failures' | 'phases'>;
}

export function createRecorder(phaseCount: number): Recorder {
  const lag = createHistogram();
  const records: (PhaseRecord | undefined)[] = Array(phaseCount).fill(undefined);
  let arrived: number[] = Array(phaseCount).fill(0);
  let failures: Record<string, number> = {};
  let sent = 0;
  return {
    done(phase, { status, error, cache, response, service }) {
      records[phase] ??= emptyRecord(phase);
      const entry = records[phase];
      entry.done += 1;
      if (error) entry.errors += 1;
      if (cache !== undefined) entry.cacheLookups += 1;
      if (cache === 'hit') entry.cacheHits += 1;
      entry.statuses[status] = (entry.statuses[status] ?? 0) + 1;
      record(entry.response, response);
      if (service !== undefined) record(entry.service, service);
    },
    arrived(phase) {
      arrived[phase] = (arrived[phase] ?? 0) + 1;
    },
    sent(ms) {
      sent += 1;
      if (ms !== undefined) record(lag, ms);
    },
    failed(code) {
      failures[code] = (failures[code] ?? 0) + 1;
    },
    take() {
      const phases = records.filter((entry) => entry !== undefined && entry.done > 0) as PhaseRecord[];
      const taken = { sent, arrived, lag: packHistogram(lag), failures, phases: phases.map(packed) };
      for (const entry of phases) clear(entry);
      lag.reset();
      arrived = Array(phaseCount).fill(0);
      failures = {};
      sent = 0;
      return taken;
    },
  };
}

function emptyRecord(phase: number): PhaseRecord {
  return {
    phase,
    done: 0,
    errors: 0,
    cacheHits: 0,
    cacheLookups: 0,
    statuses: {},
    response: createHistogram(),
    service: createHistogram(),
  };
}

function packed(entry: PhaseRecord): PhaseDelta {
  return { ...entry, response: packHistogram(entry.response), service: packHistogram(entry.service) };
}

function clear(entry: PhaseRecord): void {
  entry.done = entry.errors = entry.cacheHits = entry.cacheLookups = 0;
  entry.statuses = {};
  entry.response.reset();
  entry.service.reset();
}
