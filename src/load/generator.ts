import { performance } from 'node:perf_hooks';
import type { IntervalMessage } from './recorder.ts';
import { createSchedule } from './schedule.ts';
import { createSender, type SenderOptions } from './sender.ts';

export interface GeneratorOptions extends SenderOptions {
  onInterval(message: IntervalMessage): void;
}

export interface Generator {
  /** Ends at once: what is not answered yet is in no figure. The last interval follows. */
  stop(): void;
}

const intervalMs = 250;
const sweepMs = 100;

/** Gives the sender its time: a timer of 1 ms for what becomes due, an interval's figures four times a second, the end. */
export function startGenerator(options: GeneratorOptions): Generator {
  const { scenario, clock } = options;
  const schedule = createSchedule(scenario);
  const sender = createSender(options, schedule);
  const deadline = schedule.end + scenario.drain;
  let nextInterval = intervalMs;
  let nextSweep = sweepMs;
  let utilization = performance.eventLoopUtilization();
  let ended = false;

  function emit(now: number, last: boolean): void {
    const current = performance.eventLoopUtilization();
    const { utilization: busy } = performance.eventLoopUtilization(current, utilization);
    utilization = current;
    const index = Math.floor(now / intervalMs);
    const state = { inFlight: sender.inFlight(), queued: sender.waiting(now), busy };
    options.onInterval({ type: 'interval', index, t: now, ...state, ...sender.take(), last });
  }

  function end(now: number): void {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    emit(now, true);
    sender.close();
  }

  function tick(): void {
    const now = clock();
    if (now < 0) return;
    sender.pump(now);
    if (now >= nextSweep) {
      nextSweep = now + sweepMs;
      sender.sweep(now);
    }
    if (now >= nextInterval) {
      nextInterval = (Math.floor(now / intervalMs) + 1) * intervalMs;
      emit(now, false);
    }
    if (now < schedule.end) return;
    if (now >= deadline) sender.giveUp(now);
    if (sender.inFlight() === 0 && sender.waiting(now) === 0) end(now);
  }

  const timer = setInterval(tick, 1);
  return { stop: () => end(Math.max(0, clock())) };
}
