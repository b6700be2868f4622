import type { Scenario } from './scenario.ts';
import type { Schedule } from './schedule.ts';

/** One worker's part of a load: every `count`-th request or user, beginning with `index`. */
export interface Share {
  index: number;
  count: number;
}

interface Planned {
  /** When it should go out, ms since the start. */
  at: number;
  /** Its number in the whole load. */
  number: number;
}

/** Says which request is due next. Late ones are kept, never dropped. */
export interface Source {
  /** Asked for only when it can be sent. Undefined: nothing is due. */
  take(now: number): Planned | undefined;
  /** A request came to its end. */
  release(now: number, failed: boolean): void;
  /** How many are due and not yet taken. */
  waiting(now: number): number;
}

export function createSource(scenario: Scenario, schedule: Schedule, share: Share): Source {
  return scenario.closed
    ? createClosedSource(scenario.closed.think, schedule, share)
    : createOpenSource(schedule, share);
}

function createOpenSource(schedule: Schedule, { index, count }: Share): Source {
  let next = 0;
  const due = (now: number) => {
    const all = schedule.dueAt(now);
    return all > index ? Math.floor((all - 1 - index) / count) + 1 : 0;
  };
  return {
    take(now) {
      if (next >= due(now)) return undefined;
      const number = index + next * count;
      next += 1;
      return { at: schedule.plannedAt(number), number };
    },
    release() {},
    waiting: (now) => Math.max(0, due(now) - next),
  };
}

// A user whose request got no answer does not knock again at once: nothing would be left of the machine.
const pauseAfterFailure = 100;

function createClosedSource(think: number, schedule: Schedule, { index, count }: Share): Source {
  let admitted = 0;
  let number = index;
  /** When each waiting user asks again, soonest first. */
  const wakeTimes: number[] = [];
  const wanted = (now: number) => {
    const level = Math.floor(schedule.levelAt(now) + 1e-9);
    return Math.floor((level * (index + 1)) / count) - Math.floor((level * index) / count);
  };
  const planned = (at: number): Planned => {
    const taken = { at, number };
    number += count;
    return taken;
  };
  return {
    take(now) {
      if (now >= schedule.end) return undefined;
      const wake = wakeTimes[0];
      if (wake !== undefined && wake <= now) {
        wakeTimes.shift();
        return planned(wake);
      }
      if (admitted >= wanted(now)) return undefined;
      admitted += 1;
      return planned(now);
    },
    release(now, failed) {
      const wake = now + (failed ? Math.max(think, pauseAfterFailure) : think);
      let at = wakeTimes.length;
      while (at > 0 && (wakeTimes[at - 1] ?? 0) > wake) at -= 1;
      wakeTimes.splice(at, 0, wake);
    },
    waiting: () => 0,
  };
}
