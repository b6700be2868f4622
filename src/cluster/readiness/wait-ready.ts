import { Problem } from '../../base/errors.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { readyShare } from '../../kubernetes/ready-share.ts';
import type { Connection } from '../connection.ts';
import { type Waker, whileWatching } from '../watch/waker.ts';
import { createNamespaceEvents } from './namespace-events.ts';
import { failedProblem, lateProblem, stateOf } from './ready-problem.ts';
import { judge, judgeOnceMore, type Tracked, track } from './ready-tracking.ts';

export interface WaitOptions {
  /** For all together; without one it waits as long as the signal lets it. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** One short text on what it waits for and why, and how much is ready, 0 … 1. Only when it says something new. */
  onProgress?: (text: string, fraction: number) => void;
  /** A failure must last so long before it counts: a crash while a database still starts is none. 12 s by the sandbox's speed. */
  graceMs?: number;
}

/**
 * Waits until every object is ready by the rule of its kind (`readinessOf`), by watching. Throws `Problem` with the cause, evidence
 * (pods, events, last log lines) and what to do next when one fails for good or the time is over, and the signal's reason when it is
 * aborted.
 */
export async function waitReady(
  connection: Connection,
  objects: readonly KubernetesObject[],
  options: WaitOptions = {},
): Promise<void> {
  // Before the first look, so that the time that it takes counts.
  const started = Date.now();
  await whileWatching(options.signal, async ({ stop, waker }) => {
    const tracked = await Promise.all(objects.map((object) => track(connection, object, stop, waker.wake)));
    await follow(connection, tracked, { ...options, started, stop, waker });
  });
}

interface Following extends WaitOptions {
  started: number;
  stop: AbortSignal;
  waker: Waker;
}

async function follow(connection: Connection, tracked: readonly Tracked[], options: Following): Promise<void> {
  const { signal, onProgress, started, waker, timeoutMs } = options;
  const graceMs = options.graceMs ?? Math.max(2000, 12_000 / (connection.info.speed ?? 1));
  const events = createNamespaceEvents(connection, options.stop, waker.wake);
  let said = '';
  for (;;) {
    signal?.throwIfAborted();
    const now = Date.now();
    for (const one of tracked)
      await judge(connection, one, events, { now, statusGraceMs: graceMs, changed: waker.wake });
    const waiting = tracked.filter(({ readiness }) => !readiness.ready);
    const text = describe(tracked, waiting);
    if (text !== said) onProgress?.(text, fractionOf(tracked));
    said = text;
    if (waiting.length === 0) return;
    refuse(waiting);
    const failed = waiting.find(
      ({ failingSince, patience }) => failingSince !== undefined && now - failingSince >= graceMs * patience,
    );
    if (failed) {
      await judgeOnceMore(connection, failed, signal);
      throw await failedProblem(connection, failed, signal);
    }
    const left = timeoutMs === undefined ? 1000 : timeoutMs - (now - started);
    const first = mostTroubled(waiting);
    if (left <= 0 && first) throw await lateProblem(connection, first, timeoutMs ?? 0, signal);
    await waker.sleep(Math.min(1000, left));
  }
}

function refuse(waiting: readonly Tracked[]): void {
  for (const { state, wanted } of waiting)
    if (state.kind === 'denied')
      throw new Problem(`${nameOf(wanted)} cannot be watched: ${state.reason}`, { next: state.next });
}

/** What fails says more than what merely is not there yet. */
function mostTroubled(waiting: readonly Tracked[]): Tracked | undefined {
  return waiting.find(({ readiness }) => readiness.failed) ?? waiting[0];
}

function fractionOf(tracked: readonly Tracked[]): number {
  const shares = tracked.map(({ readiness, live }) => (readiness.ready ? 1 : live ? readyShare(live) * 0.99 : 0));
  const sum = shares.reduce((all, share) => all + share, 0);
  return tracked.length === 0 ? 1 : Math.round((sum / tracked.length) * 100) / 100;
}

function describe(tracked: readonly Tracked[], waiting: readonly Tracked[]): string {
  const first = mostTroubled(waiting);
  if (!first) return 'ready';
  if (first.state.kind === 'stale') return 'the API server does not answer; trying again';
  const text = `${nameOf(first.wanted)}: ${stateOf(first)}`;
  return tracked.length === 1 ? text : `${tracked.length - waiting.length} of ${tracked.length} ready; ${text}`;
}
