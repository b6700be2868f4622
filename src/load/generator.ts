import { performance } from 'node:perf_hooks';
import { createRecorder, type IntervalMessage } from './recorder.ts';
import { createRequests } from './request-values.ts';
import type { Scenario } from './scenario.ts';
import { createSchedule } from './schedule.ts';
import { createSlots } from './slots.ts';
import { createSource, type Share } from './source.ts';
import type { CacheOutcome, ExchangeEvents, Transport, TransportOptions } from './transport.ts';

export interface GeneratorOptions {
  scenario: Scenario;
  address: TransportOptions['address'];
  share: Share;
  /** Milliseconds since the common start; a clock that never goes back. */
  clock(): number;
  createTransport(options: TransportOptions, events: ExchangeEvents): Transport;
  onInterval(message: IntervalMessage): void;
}

export interface Generator {
  /** Ends at once: what is not answered yet is in no figure. The last interval follows. */
  stop(): void;
}

const intervalMs = 250;
const sweepMs = 100;

/**
 * Sends what is due. It is pumped by each answer, so that a connection never idles while something waits, and by a timer
 * of 1 ms for what becomes due in between. Response times count from the planned time, so that requests which had to wait
 * for a stalled server are as slow in the figures as they were for their users ("coordinated omission", Gil Tene).
 */
export function startGenerator(options: GeneratorOptions): Generator {
  const { scenario, share, clock } = options;
  const schedule = createSchedule(scenario);
  const source = createSource(scenario, schedule, share);
  const request = createRequests(scenario, 1 + share.index);
  const recorder = createRecorder(schedule.phases.length);
  const slots = createSlots(slotsFor(scenario, share));
  const deadline = schedule.end + scenario.drain;
  let nextInterval = intervalMs;
  let nextSweep = sweepMs;
  let utilization = performance.eventLoopUtilization();
  let ended = false;

  const finish = (slot: number, now: number, status: number, cache: CacheOutcome) => {
    const { planned, written, phase } = slots.finish(slot, now);
    const error = status === 0 || status >= 400;
    const service = written === undefined ? undefined : now - written;
    recorder.done(phase, { status, error, cache, response: now - planned, service });
    source.release(now, status === 0);
  };
  const transport = options.createTransport(
    { address: options.address, slots: slots.size, timeoutMs: scenario.timeout, cache: scenario.cache },
    {
      written: (slot) => slots.written(slot, clock()),
      answered(slot, status, cache) {
        if (ended || !slots.busy(slot)) return;
        const now = clock();
        // What comes while it drains is no throughput of the phase before.
        if (now < schedule.end) recorder.arrived(schedule.phaseAt(now));
        finish(slot, now, status, cache);
        pump(now);
      },
      failed(slot, code) {
        if (ended || !slots.busy(slot)) return;
        recorder.failed(code);
        finish(slot, clock(), 0, undefined);
        // No pump: where every request fails at once it would never come back.
      },
    },
  );

  function pump(now: number): void {
    while (slots.hasIdle()) {
      const planned = source.take(now);
      if (!planned) return;
      const idleSince = slots.idleSince();
      const phase = schedule.phaseAt(planned.at);
      const slot = slots.take(planned.at, phase);
      const counted = schedule.phases[phase]?.kind !== 'warm-up';
      recorder.sent(counted ? Math.max(0, now - Math.max(planned.at, idleSince)) : undefined);
      transport.send(slot, request(planned.number));
    }
  }

  function emit(now: number, last: boolean): void {
    const current = performance.eventLoopUtilization();
    const { utilization: busy } = performance.eventLoopUtilization(current, utilization);
    utilization = current;
    const state = { inFlight: slots.inFlight(), queued: source.waiting(now), busy };
    const index = Math.floor(now / intervalMs);
    options.onInterval({ type: 'interval', index, t: now, ...state, ...recorder.take(), last });
  }

  function end(now: number): void {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    emit(now, true);
    void transport.close();
  }

  /** The drain is over: what has no answer yet will not count as fast because of that. */
  function giveUp(now: number): void {
    for (const slot of slots.busySlots()) {
      recorder.failed('timeout');
      finish(slot, now, 0, undefined);
    }
    for (let planned = source.take(now); planned; planned = source.take(now)) {
      recorder.failed('never sent');
      const response = now - planned.at;
      const phase = schedule.phaseAt(planned.at);
      recorder.done(phase, { status: 0, error: true, cache: undefined, response, service: undefined });
    }
  }

  function tick(): void {
    const now = clock();
    if (now < 0) return;
    pump(now);
    if (now >= nextSweep) {
      nextSweep = now + sweepMs;
      for (const slot of slots.olderThan(now - scenario.timeout)) transport.abort(slot, 'timeout');
    }
    if (now >= nextInterval) {
      nextInterval = (Math.floor(now / intervalMs) + 1) * intervalMs;
      emit(now, false);
    }
    if (now < schedule.end) return;
    if (now >= deadline) giveUp(now);
    if (slots.inFlight() === 0 && source.waiting(now) === 0) end(now);
  }

  const timer = setInterval(tick, 1);
  return { stop: () => end(Math.max(0, clock())) };
}

/** Connections of one worker: users need one each, an open loop shares those it has. */
function slotsFor(scenario: Scenario, { index, count }: Share): number {
  const all = scenario.closed ? scenario.closed.users : scenario.connections;
  return Math.max(1, Math.floor((all * (index + 1)) / count) - Math.floor((all * index) / count));
}
