import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { formatDuration } from '../../base/duration.ts';
import { messageOf, Problem } from '../../base/errors.ts';
import type { StepDefinition } from '../model.ts';
import type { StepContext, StepKind, StepResult } from '../step-kind.ts';
import type { StepProblem } from './events.ts';
import type { RunControl } from './stopping.ts';

export type Outcome =
  | { status: 'done' | 'skipped' | 'not-met'; result: StepResult; ms: number }
  | { status: 'failed'; problem: StepProblem; ms: number }
  /** The run is to stop, and this step has no result. */
  | { status: 'stopped' };

export interface Attempt {
  step: StepDefinition;
  kind: StepKind;
  control: RunControl;
  /** Told when nothing has happened for the step's `idle-timeout`, each time anew; `last` is what it said last. */
  onIdle(ms: number, last: string | undefined): void;
  /** The step's context but for the signals, which belong to the attempt. */
  createContext(signals: {
    signal: AbortSignal;
    waiting: AbortSignal;
    onActivity: (text?: string) => void;
  }): StepContext;
}

/** How much longer than its timeout a step may take that ends by itself with a better reason than the time. */
const graceMs = 1500;

/** Runs a step once, with its own retries and within its times. Never throws. */
export async function attemptStep(attempt: Attempt): Promise<Outcome> {
  const startedAt = performance.now();
  const { control } = attempt;
  const limits = createLimits(attempt);
  const signal = AbortSignal.any([control.now, limits.signal]);
  const waiting = AbortSignal.any([control.stopping, signal]);
  // A step may ask many things at once, each of which listens; that is no leak.
  setMaxListeners(0, signal, waiting);
  const context = attempt.createContext({ signal, waiting, onActivity: limits.touch });
  try {
    const result = await untilAborted(signal, withRetry(attempt, context));
    return { status: result.status ?? 'done', result, ms: elapsed(startedAt) };
  } catch (error) {
    if (control.stopping.aborted) return { status: 'stopped' };
    const reason = limits.signal.aborted ? limits.signal.reason : error;
    return { status: 'failed', problem: toStepProblem(reason), ms: elapsed(startedAt) };
  } finally {
    limits.clear();
  }
}

async function withRetry({ step, kind }: Attempt, context: StepContext): Promise<StepResult> {
  const retry = step.retry ?? { times: 1 };
  const { forMs = Number.POSITIVE_INFINITY, times = Number.POSITIVE_INFINITY } = retry;
  const startedAt = performance.now();
  for (let tried = 1; ; tried += 1) {
    let reason: string;
    let giveUp: () => StepResult;
    try {
      const result = await kind.run(step.config, context);
      if (result.status !== 'not-met') return result;
      reason = result.summary ?? 'not met';
      giveUp = () => result;
    } catch (error) {
      if (context.waiting.aborted || !(error instanceof Problem)) throw error;
      reason = error.message;
      giveUp = () => {
        throw tried > 1 ? afterRetries(error, tried, elapsed(startedAt)) : error;
      };
    }
    const pauseMs = retryPause(retry, tried);
    if (tried >= times || elapsed(startedAt) + pauseMs > forMs) return giveUp();
    context.progress(`${reason}; again in ${formatDuration(pauseMs)} (${tried} tried)`);
    await wait(pauseMs, undefined, { signal: context.waiting });
  }
}

/** Milliseconds between the try of this number, from 1, and the next. */
export function retryPause(
  { everyMs = 2000, backOff = 1, atMostMs = Number.POSITIVE_INFINITY }: NonNullable<StepDefinition['retry']>,
  tried: number,
): number {
  return Math.min(everyMs * backOff ** (tried - 1), atMostMs);
}

function afterRetries(error: Problem, tried: number, ms: number): Problem {
  const { message, where, next, exitCode } = error;
  const evidence = [...error.evidence, `Tried ${tried} times in ${formatDuration(ms)}`];
  return new Problem(message, { where, next, exitCode, evidence, cause: error });
}

/** The step's times: a ceiling on how long it may take, and an alarm when it is silent. */
function createLimits({ step: { timeoutMs, idleTimeoutMs }, onIdle }: Attempt) {
  const controller = new AbortController();
  const end = (ms: number) => () =>
    controller.abort(
      new Problem(`It was not over after ${formatDuration(ms)}`, {
        next: ['Look at what it waited for, then retry; or give it a longer time in the playbook.'],
      }),
    );
  const whole = timeoutMs === undefined ? undefined : setTimeout(end(timeoutMs), timeoutMs + graceMs);
  let silentSince = performance.now();
  let last: string | undefined;
  const alarm = () => onIdle(elapsed(silentSince), last);
  const idle = idleTimeoutMs === undefined ? undefined : setInterval(alarm, idleTimeoutMs);
  return {
    signal: controller.signal,
    touch(text?: string) {
      last = text ?? last;
      silentSince = performance.now();
      idle?.refresh();
    },
    clear() {
      clearTimeout(whole);
      clearInterval(idle);
    },
  };
}

// A kind that does not heed its signal must not hold up the run.
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** What was thrown, as a record holds it. */
export function toStepProblem(error: unknown): StepProblem {
  if (error instanceof Problem) {
    const { message, where, next, evidence } = error;
    return {
      message,
      ...(where === undefined ? {} : { where }),
      ...(next.length > 0 ? { next: [...next] } : {}),
      ...(evidence.length > 0 ? { evidence: [...evidence] } : {}),
    };
  }
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6) : [];
  return {
    message: `A fault of tars-console itself: ${messageOf(error)}`,
    evidence: stack.map((line) => line.trim()),
    next: ['Report what stands here.'],
  };
}

function elapsed(since: number): number {
  return Math.round(performance.now() - since);
}
