import { addPacked, createHistogram, type Histogram, quantilesOf } from './histogram.ts';
import type { IntervalMessage, PhaseDelta } from './recorder.ts';
import type { LoadFigures } from './sample.ts';
import type { Phase } from './schedule.ts';

/** Adds up what the workers say, by phase, so that figures over any phases can be had at any moment. */
export interface Totals {
  add(message: IntervalMessage): void;
  /** Over these phases; `elapsed` (ms since the start) bounds the time that they took. */
  figures(phases: readonly number[], elapsed: number): LoadFigures;
  arrived(phase: number): number;
  readonly lag: Histogram;
  readonly failures: Readonly<Record<string, number>>;
  /** Answers of any status, warm-up included. */
  readonly answers: number;
}

interface PhaseTotal {
  done: number;
  errors: number;
  arrived: number;
  cacheHits: number;
  cacheLookups: number;
  statuses: Record<string, number>;
  response: Histogram;
  service: Histogram;
}

export function createTotals(phases: readonly Phase[]): Totals {
  const totals = phases.map(emptyTotal);
  const lag = createHistogram();
  const failures: Record<string, number> = {};
  let answers = 0;
  return {
    lag,
    failures,
    get answers() {
      return answers;
    },
    arrived: (phase) => totals[phase]?.arrived ?? 0,
    add(message) {
      addPacked(lag, message.lag);
      addCounts(failures, message.failures);
      for (const [index, count] of message.arrived.entries()) {
        const total = totals[index];
        if (total) total.arrived += count;
      }
      for (const delta of message.phases) {
        addDelta(totals[delta.phase], delta);
        answers += delta.done - (delta.statuses[0] ?? 0);
      }
    },
    figures(wanted, elapsed) {
      const sum = emptyTotal();
      let ms = 0;
      for (const index of wanted) {
        const [total, phase] = [totals[index], phases[index]];
        if (!total || !phase) continue;
        addTotal(sum, total);
        ms += Math.max(0, Math.min(phase.end, elapsed) - phase.start);
      }
      return figuresOf(sum, ms / 1000);
    },
  };
}

function figuresOf(total: PhaseTotal, seconds: number): LoadFigures {
  return {
    seconds,
    requests: total.done,
    requestsPerSecond: seconds > 0 ? total.arrived / seconds : 0,
    errors: total.errors,
    errorRate: total.done > 0 ? total.errors / total.done : 0,
    statuses: total.statuses,
    response: quantilesOf(total.response),
    service: quantilesOf(total.service),
    cacheHitRatio: total.cacheLookups > 0 ? total.cacheHits / total.cacheLookups : undefined,
  };
}

function emptyTotal(): PhaseTotal {
  return {
    done: 0,
    errors: 0,
    arrived: 0,
    cacheHits: 0,
    cacheLookups: 0,
    statuses: {},
    response: createHistogram(),
    service: createHistogram(),
  };
}

function addDelta(total: PhaseTotal | undefined, delta: PhaseDelta): void {
  if (!total) return;
  total.done += delta.done;
  total.errors += delta.errors;
  total.cacheHits += delta.cacheHits;
  total.cacheLookups += delta.cacheLookups;
  addCounts(total.statuses, delta.statuses);
  addPacked(total.response, delta.response);
  addPacked(total.service, delta.service);
}

function addTotal(sum: PhaseTotal, total: PhaseTotal): void {
  sum.done += total.done;
  sum.errors += total.errors;
  sum.arrived += total.arrived;
  sum.cacheHits += total.cacheHits;
  sum.cacheLookups += total.cacheLookups;
  addCounts(sum.statuses, total.statuses);
  sum.response.add(total.response);
  sum.service.add(total.service);
}

export function addCounts(into: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [key, count] of Object.entries(counts)) into[key] = (into[key] ?? 0) + count;
}
