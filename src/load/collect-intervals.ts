import { Problem } from '../base/errors.ts';
import type { Histogram } from './histogram.ts';
import { createIntervalOrder } from './interval-order.ts';
import { lagP99Of, sampleOf } from './interval-sample.ts';
import type { IntervalMessage } from './recorder.ts';
import type { LoadResult, LoadSample, StepFigures } from './sample.ts';
import type { Scenario } from './scenario.ts';
import type { Phase, Schedule } from './schedule.ts';
import { createStepJudge } from './steps.ts';
import { judgeThresholds } from './thresholds.ts';
import { createTotals, type Totals } from './totals.ts';
import type { LoadAddress } from './transport.ts';

interface CollectOptions {
  scenario: Scenario;
  schedule: Schedule;
  workers: number;
  address: LoadAddress;
  stop: () => void;
  onSample: ((sample: LoadSample) => void) | undefined;
}

export interface CollectedIntervals {
  add(worker: number, message: IntervalMessage): void;
  /** Somebody wants the end. */
  stop(): void;
  /** Resolved as soon as the workers were told to stop. */
  readonly stopping: Promise<void>;
  /** Throws `Problem` when nothing ever answered. */
  result(): LoadResult;
}

/** Over this the generator cannot keep its own schedule. */
const lagLimitMs = 5;
const busyLimit = 0.95;
// Somebody who mistyped a port should not wait for the whole test to learn it.
const noAnswerAfterMs = 3000;

/** Adds up the workers' intervals, and ends the load when going on is of no use. */
export function collectIntervals(options: CollectOptions): CollectedIntervals {
  const { scenario, schedule } = options;
  const totals = createTotals(schedule.phases);
  const judge = scenario.steps && createStepJudge(scenario.steps, schedule, totals);
  const busy: number[] = [];
  const window: Histogram[] = [];
  let ending: 'person' | 'step' | 'unreachable' | undefined;
  let elapsed = 0;
  let resolveStopping = () => {};
  const stopping = new Promise<void>((resolve) => {
    resolveStopping = resolve;
  });
  const limited = () => lagP99Of(totals.lag) > lagLimitMs || average(busy) > busyLimit;
  const end = (why: typeof ending) => {
    if (ending) return;
    ending = why;
    options.stop();
    resolveStopping();
  };

  const add = createIntervalOrder(options.workers, (messages) => {
    for (const message of messages) totals.add(message);
    const sample = sampleOf(messages, elapsed, schedule, lagP99Of(totals.lag), window);
    // Not the sample's own time: that is rounded, and what was due within the rounding would count twice or never.
    elapsed = Math.max(...messages.map(({ t }) => t));
    if (sample.phase === 'sustained') busy.push(Math.max(...messages.map((message) => message.busy)));
    options.onSample?.(sample);
    const failed = Object.keys(totals.failures).length > 0;
    if (elapsed >= noAnswerAfterMs && totals.answers === 0 && failed && sample.phase !== 'drain') end('unreachable');
    if (judge?.broke(elapsed, scenario.steps?.p99 ?? 0, limited())) end('step');
  });
  return {
    add,
    stopping,
    stop: () => end('person'),
    result() {
      if (ending === 'unreachable') throw nothingAnswers(options.address, totals.failures);
      judge?.broke(elapsed, 0, limited());
      return resultOf(options, {
        totals,
        elapsed,
        limited: limited(),
        stopped: ending === 'person',
        steps: judge?.steps,
      });
    },
  };
}

interface Collected {
  totals: Totals;
  elapsed: number;
  limited: boolean;
  stopped: boolean;
  steps: readonly StepFigures[] | undefined;
}

function resultOf({ scenario, schedule, address }: CollectOptions, collected: Collected): LoadResult {
  const { totals, elapsed, limited, stopped, steps } = collected;
  const phasesOf = (...kinds: Phase['kind'][]) =>
    [...schedule.phases.keys()].filter((index) => kinds.includes(schedule.phases[index]?.kind ?? 'warm-up'));
  const held = steps?.filter((step) => step.held).at(-1);
  const judged = steps ? phasesOf('step').slice(0, 1) : phasesOf('sustained');
  const sustained = held ?? totals.figures(judged, elapsed);
  return {
    scenario: scenario.name,
    url: targetText(address),
    sustained,
    whole: totals.figures(phasesOf('ramp', 'sustained', 'step'), elapsed),
    thresholds: judgeThresholds(scenario.thresholds ?? [], sustained, scenario.scale),
    limitedBy: limited ? 'generator' : 'nothing',
    lagP99: lagP99Of(totals.lag),
    loop: schedule.loop,
    stopped,
    failures: { ...totals.failures },
    ...(steps ? { steps: [...steps] } : {}),
    ...(scenario.scale === undefined ? {} : { scale: scenario.scale }),
  };
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The address as people know it: with the host that the request names. */
function targetText({ url, host }: LoadAddress): string {
  if (!host) return url.replace(/\/$/, '');
  const { protocol, host: dialled, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname} (at ${dialled})`;
}

function nothingAnswers(address: LoadAddress, failures: Readonly<Record<string, number>>): Problem {
  const codes = Object.entries(failures).map(([code, count]) => `${count} × ${code}`);
  return new Problem(`Nothing answers at ${targetText(address)}`, {
    evidence: codes,
    next: ['Is the service up, and is this its address?', `curl -v ${address.url}`],
  });
}
