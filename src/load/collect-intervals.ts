import { Problem } from '../base/errors.ts';
import { lagP99Of, sampleOf } from './interval-sample.ts';
import type { IntervalMessage } from './recorder.ts';
import type { LoadResult, LoadSample, StepFigures } from './sample.ts';
import type { Scenario, Steps } from './scenario.ts';
import type { Schedule } from './schedule.ts';
import { judgeStep } from './steps.ts';
import { judgeThresholds } from './thresholds.ts';
import { createTotals } from './totals.ts';
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

/** Puts the workers' intervals together in order, and ends the load when going on is of no use. */
export function collectIntervals(options: CollectOptions): CollectedIntervals {
  const { scenario, schedule, address } = options;
  const totals = createTotals(schedule.phases);
  const waiting = new Map<number, IntervalMessage[]>();
  const reached: number[] = Array(options.workers).fill(-1);
  const steps: StepFigures[] = [];
  const busy: number[] = [];
  let told = false;
  let byPerson = false;
  let elapsed = 0;
  let unreachable = false;
  let resolveStopping = () => {};
  const stopping = new Promise<void>((resolve) => {
    resolveStopping = resolve;
  });

  const stopWorkers = () => {
    if (told) return;
    told = true;
    options.stop();
    resolveStopping();
  };

  function flush(messages: readonly IntervalMessage[]): void {
    for (const message of messages) totals.add(message);
    const sample = sampleOf(messages, elapsed, schedule, lagP99Of(totals.lag));
    elapsed = sample.t * 1000;
    if (sample.phase === 'sustained') busy.push(Math.max(...messages.map((message) => message.busy)));
    options.onSample?.(sample);
    const failed = Object.values(totals.failures).reduce((sum, count) => sum + count, 0);
    if (!told && elapsed >= noAnswerAfterMs && totals.answers === 0 && failed > 0 && sample.phase !== 'drain') {
      unreachable = true;
      stopWorkers();
    }
    if (scenario.steps && !told) judgeSteps(scenario.steps, scenario.steps.p99);
  }

  /** A step is judged when the answers that may still hold it have had their time. */
  function judgeSteps(rule: Steps, patience: number): void {
    for (const index of phasesOf('step').slice(steps.length)) {
      const phase = schedule.phases[index];
      if (!phase || phase.end + patience > elapsed || steps.at(-1)?.held === false) return;
      const rate = schedule.levelAt(phase.start);
      const step = judgeStep(rule, { ...totals.figures([index], elapsed), rate }, generatorIsLimit());
      steps.push(step);
      if (!step.held) stopWorkers();
    }
  }

  const generatorIsLimit = () => lagP99Of(totals.lag) > lagLimitMs || average(busy) > busyLimit;
  const phasesOf = (...kinds: string[]) =>
    [...schedule.phases.keys()].filter((index) => kinds.includes(schedule.phases[index]?.kind ?? ''));

  return {
    stopping,
    stop() {
      if (!told) byPerson = true;
      stopWorkers();
    },
    add(worker, message) {
      waiting.set(message.index, [...(waiting.get(message.index) ?? []), message]);
      reached[worker] = message.last ? Number.POSITIVE_INFINITY : message.index;
      const complete = Math.min(...reached);
      for (const index of [...waiting.keys()].sort((a, b) => a - b)) {
        if (index > complete) break;
        flush(waiting.get(index) ?? []);
        waiting.delete(index);
      }
    },
    result() {
      if (unreachable) throw nothingAnswers(address, totals.failures);
      if (scenario.steps) judgeSteps(scenario.steps, 0);
      const held = steps.filter((step) => step.held).at(-1);
      const judged = scenario.steps ? phasesOf('step').slice(0, 1) : phasesOf('sustained');
      const sustained = held ?? totals.figures(judged, elapsed);
      return {
        scenario: scenario.name,
        url: targetText(address),
        sustained,
        whole: totals.figures(phasesOf('ramp', 'sustained', 'step'), elapsed),
        thresholds: judgeThresholds(scenario.thresholds ?? [], sustained),
        limitedBy: generatorIsLimit() ? 'generator' : 'nothing',
        lagP99: lagP99Of(totals.lag),
        loop: schedule.loop,
        stopped: byPerson,
        failures: { ...totals.failures },
        ...(scenario.steps ? { steps } : {}),
      };
    },
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
