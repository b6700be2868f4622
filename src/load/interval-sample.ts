import { addPacked, createHistogram, type Histogram, quantile, quantilesOf } from './histogram.ts';
import type { IntervalMessage } from './recorder.ts';
import type { LoadSample, Quantiles } from './sample.ts';
import type { Schedule } from './schedule.ts';
import { addCounts } from './totals.ts';

// Eight intervals are two seconds.
const recentIntervals = 8;

/**
 * One interval of all workers → what the screen and the record get. `from` is where the interval before ended, in ms;
 * `window` holds the response times of the last intervals and is brought up to date.
 */
export function sampleOf(
  messages: readonly IntervalMessage[],
  from: number,
  schedule: Schedule,
  lagP99: number,
  window: Histogram[],
): LoadSample {
  const t = Math.max(...messages.map((message) => message.t));
  const deltas = messages.flatMap((message) => message.phases);
  const sum = (pick: (delta: (typeof deltas)[number]) => number) =>
    deltas.reduce((total, delta) => total + pick(delta), 0);
  const every = (pick: (message: IntervalMessage) => number) =>
    messages.reduce((total, message) => total + pick(message), 0);
  const response = createHistogram();
  const statuses: Record<string, number> = {};
  for (const delta of deltas) {
    addPacked(response, delta.response);
    addCounts(statuses, delta.statuses);
  }
  window.push(response);
  if (window.length > recentIntervals) window.shift();
  const sent = every((message) => message.sent);
  // An interval belongs to the phase that most of it was in.
  const middle = (from + t) / 2;
  const kind = schedule.phases[schedule.phaseAt(middle)]?.kind;
  return {
    t: Math.round(t) / 1000,
    phase: middle >= schedule.end ? 'drain' : kind === 'sustained' || kind === 'step' ? 'sustained' : 'ramp',
    target: middle >= schedule.end ? 0 : Math.round(schedule.levelAt(Math.min(t, schedule.end - 1)) * 100) / 100,
    scheduled: schedule.loop === 'open' ? schedule.dueAt(t) - (from > 0 ? schedule.dueAt(from) : 0) : sent,
    sent,
    done: sum((delta) => delta.done),
    errors: sum((delta) => delta.errors),
    cacheHits: sum((delta) => delta.cacheHits),
    cacheLookups: sum((delta) => delta.cacheLookups),
    inFlight: every((message) => message.inFlight),
    queued: every((message) => message.queued),
    statuses,
    latency: quantilesIn([response]),
    recent: quantilesIn(window),
    lagP99,
  };
}

function quantilesIn(histograms: readonly Histogram[]): Quantiles | undefined {
  const all = createHistogram();
  for (const histogram of histograms) all.add(histogram);
  if (all.totalCount === 0) return undefined;
  const { p50, p95, p99, max } = quantilesOf(all);
  return { p50, p95, p99, max };
}

/** P99 of the lag so far. */
export function lagP99Of(lag: Parameters<typeof quantile>[0]): number {
  return quantile(lag, 99);
}
