import type { Scenario } from './scenario.ts';

/** A stretch of the schedule over which the level goes in a straight line. Times in milliseconds since the start. */
interface Segment {
  start: number;
  length: number;
  from: number;
  to: number;
  /** Requests that were due before it; a fraction, as an integral is. */
  before: number;
}

export interface Phase {
  kind: 'warm-up' | 'ramp' | 'sustained' | 'step';
  start: number;
  end: number;
}

/**
 * When requests are due, by arithmetic instead of a timer each: the rate is piecewise linear, so how many are due is its
 * integral and when the n-th is due is the inverse of that. For closed loops the level is the number of users.
 */
export interface Schedule {
  readonly loop: 'open' | 'closed';
  readonly phases: readonly Phase[];
  /** Milliseconds until the last planned request. */
  readonly end: number;
  /** Requests in all; 0 for a closed loop, where nobody knows. */
  readonly total: number;
  /** Requests a second, or users, wanted at `t` ms. */
  levelAt(t: number): number;
  /** How many requests were due at `t` ms, the one that is due right then included. */
  dueAt(t: number): number;
  /** When request `index` (from 0) is due, in ms. */
  plannedAt(index: number): number;
  /** Index of the phase that `t` falls into; the last one for everything behind the end. */
  phaseAt(t: number): number;
}

interface Stage {
  kind: Phase['kind'];
  from: number;
  to: number;
  ms: number;
}

// Rounding must not make a request of the billionth part that an integral has too much or too little.
const slack = 1e-6;

export function createSchedule(scenario: Scenario): Schedule {
  const stages = stagesOf(scenario).filter((stage) => stage.ms > 0);
  const { segments, phases, count, end } = layOut(stages);
  const loop = scenario.closed ? 'closed' : 'open';
  const total = loop === 'open' ? Math.max(0, Math.ceil(count - slack)) : 0;
  const segmentAt = (t: number) => lastOf(segments, (segment) => segment.start <= t);
  return {
    loop,
    phases,
    end,
    total,
    levelAt(t) {
      const segment = segmentAt(t);
      if (!segment) return 0;
      const share = Math.min(1, Math.max(0, (t - segment.start) / segment.length));
      return segment.from + (segment.to - segment.from) * share;
    },
    dueAt(t) {
      if (t < 0) return 0;
      if (t >= end) return total;
      const segment = segmentAt(t);
      return segment ? Math.min(total, Math.floor(integral(segment, t) + slack) + 1) : 0;
    },
    plannedAt(index) {
      const segment = lastOf(segments, (candidate) => candidate.before <= index + slack);
      return segment ? inverse(segment, index) : 0;
    },
    phaseAt(t) {
      const found = phases.findIndex((phase) => t < phase.end);
      return found === -1 ? phases.length - 1 : found;
    },
  };
}

function stagesOf(scenario: Scenario): Stage[] {
  const { open, closed, steps } = scenario;
  const warmUp = scenario['warm-up'];
  if (closed) {
    const { users, ramp } = closed;
    const start = ramp > 0 ? 1 : users;
    return [
      { kind: 'warm-up', from: start, to: start, ms: warmUp },
      { kind: 'ramp', from: start, to: users, ms: ramp },
      { kind: 'sustained', from: users, to: users, ms: scenario.sustained },
    ];
  }
  if (steps) {
    const warm: Stage = { kind: 'warm-up', from: steps.from, to: steps.from, ms: warmUp };
    return [warm, ...stepRates(steps).map((rate): Stage => ({ kind: 'step', from: rate, to: rate, ms: steps.every }))];
  }
  if (!open) return [];
  const start = open.from ?? (open.stages.length > 0 ? open.rate / 5 : open.rate);
  let level = start;
  const ramp = open.stages.map((stage): Stage => {
    const from = level;
    level = stage.to ?? level;
    return { kind: 'ramp', from, to: level, ms: stage.over };
  });
  return [
    { kind: 'warm-up', from: start, to: start, ms: warmUp },
    ...ramp,
    { kind: 'sustained', from: open.rate, to: open.rate, ms: scenario.sustained },
  ];
}

/** The rates of a stress test: from, ×factor, … up to `to`. */
export function stepRates({ from, to, factor }: { from: number; to: number; factor: number }): number[] {
  const rates: number[] = [];
  for (let rate = from; rate <= to * (1 + 1e-9); rate *= factor) rates.push(rate);
  return rates;
}

function layOut(stages: readonly Stage[]) {
  const segments: Segment[] = [];
  const phases: Phase[] = [];
  let count = 0;
  let end = 0;
  for (const { kind, from, to, ms } of stages) {
    segments.push({ start: end, length: ms, from, to, before: count });
    count += (((from + to) / 2) * ms) / 1000;
    const last = phases.at(-1);
    if (last && last.kind === kind && kind === 'ramp') last.end = end + ms;
    else phases.push({ kind, start: end, end: end + ms });
    end += ms;
  }
  return { segments, phases, count, end };
}

function integral(segment: Segment, t: number): number {
  const x = Math.min(segment.length, t - segment.start) / 1000;
  const slope = ((segment.to - segment.from) / segment.length) * 1000;
  return segment.before + segment.from * x + (slope * x * x) / 2;
}

function inverse(segment: Segment, index: number): number {
  const needed = Math.max(0, index - segment.before);
  const slope = ((segment.to - segment.from) / segment.length) * 1000;
  const { from } = segment;
  // The citardauq form of the quadratic formula: it stays exact as the slope goes to nothing.
  const root = Math.sqrt(Math.max(0, from * from + 2 * slope * needed));
  const seconds = needed === 0 ? 0 : (2 * needed) / (from + root);
  return segment.start + Math.min(segment.length, seconds * 1000);
}

function lastOf<T>(items: readonly T[], fits: (item: T) => boolean): T | undefined {
  let low = 0;
  let high = items.length - 1;
  let found: T | undefined;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && fits(item)) {
      found = item;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}
