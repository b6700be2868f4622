import type { CacheOutcome } from './cache-rule.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createRequests } from './request-values.ts';
import type { Scenario } from './scenario.ts';
import type { Schedule } from './schedule.ts';
import { createSlots } from './slots.ts';
import { createSource, type Share } from './source.ts';
import type { ExchangeEvents, LoadAddress, Transport, TransportOptions } from './transport.ts';

export interface SenderOptions {
  scenario: Scenario;
  address: LoadAddress;
  share: Share;
  /** Milliseconds since the common start; a clock that never goes back. */
  clock(): number;
  createTransport(options: TransportOptions, events: ExchangeEvents): Transport;
}

export interface Sender {
  /** Sends what is due as far as connections are free. */
  pump(now: number): void;
  /** Gives up what has waited longer than the scenario's timeout. */
  sweep(now: number): void;
  /** Everything that has no answer by now failed, with the time that it waited. */
  giveUp(now: number): void;
  inFlight(): number;
  waiting(now: number): number;
  /** What was recorded since the last time. */
  take: Recorder['take'];
  /** Nothing is recorded from here on. */
  close(): void;
}

/**
 * Sends what is due, and again with each answer, so that no connection idles while something waits. Response times count
 * from the planned time, so that requests which had to wait for a stalled server are as slow in the figures as they were
 * for their users ("coordinated omission", Gil Tene).
 */
export function createSender(options: SenderOptions, schedule: Schedule): Sender {
  const { scenario, share, clock } = options;
  const source = createSource(scenario, schedule, share);
  const request = createRequests(scenario, 1 + share.index);
  const recorder = createRecorder(schedule.phases.length);
  const slots = createSlots(slotsFor(scenario, share));
  let closed = false;

  const finish = (slot: number, now: number, status: number, cache: CacheOutcome) => {
    const { planned, written, phase } = slots.finish(slot, now);
    const error = status === 0 || status >= 400;
    const service = written === undefined ? undefined : now - written;
    recorder.done(phase, { status, error, cache, response: now - planned, service });
    source.release(now, status === 0);
  };
  const events: ExchangeEvents = {
    written: (slot) => slots.written(slot, clock()),
    answered(slot, status, cache) {
      if (closed || !slots.busy(slot)) return;
      const now = clock();
      // What comes while it drains is no throughput of the phase before.
      if (now < schedule.end) recorder.arrived(schedule.phaseAt(now));
      finish(slot, now, status, cache);
      pump(now);
    },
    failed(slot, code) {
      if (closed || !slots.busy(slot)) return;
      recorder.failed(code);
      finish(slot, clock(), 0, undefined);
      // No pump: where every request fails at once it would never come back.
    },
  };
  const { address } = options;
  const transport = options.createTransport(
    { address, slots: slots.size, timeoutMs: scenario.timeout, cache: scenario.cache },
    events,
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

  return {
    pump,
    sweep(now) {
      for (const slot of slots.olderThan(now - scenario.timeout)) transport.abort(slot, 'timeout');
    },
    giveUp(now) {
      for (const slot of slots.busySlots()) {
        recorder.failed('timeout');
        finish(slot, now, 0, undefined);
      }
      for (let planned = source.take(now); planned; planned = source.take(now)) {
        recorder.failed('never sent');
        const outcome = { status: 0, error: true, cache: undefined, response: now - planned.at, service: undefined };
        recorder.done(schedule.phaseAt(planned.at), outcome);
      }
    },
    inFlight: slots.inFlight,
    waiting: source.waiting,
    take: recorder.take,
    close() {
      closed = true;
      void transport.close();
    },
  };
}

/** Connections of one worker: users need one each, an open loop shares those it has. */
function slotsFor(scenario: Scenario, { index, count }: Share): number {
  const all = scenario.closed ? scenario.closed.users : scenario.connections;
  return Math.max(1, Math.floor((all * (index + 1)) / count) - Math.floor((all * index) / count));
}
