import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../base/errors.ts';
import { lookForProcess, thisProcess, thisUser } from '../../base/process-identity.ts';
import { backOffMs } from '../../cluster/back-off.ts';
import type { Connection } from '../../cluster/connection.ts';
import { hasStatus, KubernetesError } from '../../cluster/kubernetes-error.ts';
import { type LeaseHolder, type LeaseView, leaseNamespace, leaseObject } from '../../cluster/lease/lease.ts';
import { createLeaseStore, type LeaseStore } from '../../cluster/lease/lease-store.ts';
import { judgeLease, type LeaseVerdict } from '../../cluster/lease/lease-verdict.ts';
import { type KeptLock, keepLock } from './lock-keeper.ts';
import { LockProblem } from './lock-problem.ts';

/** Milliseconds; only tests need others. */
export interface LockTiming {
  durationMs: number;
  heartbeatMs: number;
  /** How often a lease is looked at while it is watched, and a failed heartbeat is repeated. */
  againMs: number;
}

const usualTiming: LockTiming = { durationMs: 60_000, heartbeatMs: 10_000, againMs: 2000 };

/** Whose lock may be taken over once it is found dead: the run's id or its host, and what was watched already. */
export interface TakeOver {
  run: string;
  resourceVersion?: string | undefined;
}

export interface LockRequest {
  connection: Connection;
  system: string;
  run: string;
  programVersion: string;
  takeOver?: TakeOver | undefined;
  /** Whether a run's folder is on this machine. */
  isLocal(run: string): boolean;
  /** What it waits for. */
  progress(text: string): void;
  signal?: AbortSignal | undefined;
  timing?: LockTiming;
}

export type RunLock = ({ state: 'held' } & KeptLock) | { state: 'unguarded'; note: string };

/**
 * Keeps other runs from a system on a cluster: a Lease named by the system. Throws `LockProblem` when another run holds it, or
 * a dead one does and nobody said that it may be taken over. Without the rights it is `unguarded`, with the reason.
 */
export async function acquireLock(request: LockRequest): Promise<RunLock> {
  const { connection, system, timing = usualTiming } = request;
  const store = createLeaseStore(connection, system);
  const holder: LeaseHolder = {
    ...thisProcess(),
    run: request.run,
    who: thisUser(),
    since: new Date().toISOString(),
    version: request.programVersion,
  };
  try {
    const held = await take(store, holder, { ...request, timing });
    return { state: 'held', ...keepLock({ store, system, holder, held, timing }) };
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    const why = error instanceof KubernetesError ? error.message : '';
    return { state: 'unguarded', note: `There is no right to keep a lease in the namespace ${leaseNamespace}: ${why}` };
  }
}

/** A try more than anybody can be unlucky in a row. */
const mostTries = 20;

async function take(store: LeaseStore, holder: LeaseHolder, request: LockRequest & { timing: LockTiming }) {
  const { system, signal, timing } = request;
  for (let tried = 1; ; tried += 1) {
    const { verdict, view } = await settled(store, holder, request);
    if (verdict.type === 'held' || (verdict.type === 'dead' && !mayTakeOver(verdict.holder, request)))
      throw refusal(verdict, view, request);
    const { durationMs } = timing;
    const lease = leaseObject(system, holder, {
      durationMs,
      resourceVersion: view?.resourceVersion,
      now: new Date(),
    });
    try {
      const held = await store.write(lease, signal);
      if (held) return held;
    } catch (error) {
      // It may have been written all the same: it is read again.
      if (!isTrouble(error) || tried > 5) throw error;
      await wait(backOffMs(tried), undefined, signal ? { signal } : {});
    }
    if (tried >= mostTries)
      throw new Problem(`The lock of ${system} changes all the time: others want it too`, { next: ['Try again'] });
  }
}

/** Looks at the lease until it is clear whether it may be taken. */
async function settled(
  store: LeaseStore,
  holder: LeaseHolder,
  { run, takeOver, signal, timing, progress }: LockRequest & { timing: LockTiming },
): Promise<{ verdict: Exclude<LeaseVerdict, { type: 'watch' }>; view: LeaseView | undefined }> {
  let first: { resourceVersion: string; run: string; at: number } | undefined;
  let changed = false;
  for (;;) {
    const asked = performance.now();
    const view = await store.read(signal);
    const { holder: other, resourceVersion = '' } = view ?? {};
    if (first && (first.run !== other?.run || first.resourceVersion !== resourceVersion)) {
      changed = first.run === other?.run;
      first = undefined;
    }
    first ??= { resourceVersion, run: other?.run ?? '', at: performance.now() };
    const watched = takeOver?.resourceVersion !== undefined && takeOver.resourceVersion === resourceVersion;
    const verdict = judgeLease(view, {
      run,
      changed,
      // From the first answer to the last question: the lease stood still at least that long.
      unchangedMs: watched ? Number.POSITIVE_INFINITY : Math.max(0, asked - first.at),
      process: other ? lookForProcess(other) : 'unknown',
      itself:
        other !== undefined &&
        other.pid === holder.pid &&
        other.began === holder.began &&
        other.machine === holder.machine,
    });
    if (verdict.type !== 'watch') return { verdict, view };
    const left = Math.ceil(verdict.forMs / 1000);
    progress(
      `Another run holds it: ${verdict.holder.run} of ${verdict.holder.who}; is it alive? Watching ${left} s more`,
    );
    await wait(Math.min(timing.againMs, verdict.forMs + 1), undefined, signal ? { signal } : {});
  }
}

function mayTakeOver({ run, host }: LeaseHolder, { takeOver }: Pick<LockRequest, 'takeOver'>): boolean {
  return takeOver !== undefined && (takeOver.run === run || takeOver.run === host);
}

function refusal(
  verdict: Extract<LeaseVerdict, { type: 'held' | 'dead' }>,
  view: LeaseView | undefined,
  { system, isLocal, run: asked }: LockRequest,
): LockProblem {
  const { run, who, host, since } = verdict.holder;
  const why =
    verdict.type === 'held'
      ? ''
      : verdict.why === 'no heartbeat'
        ? `there was no heartbeat for ${Math.round((view?.durationMs ?? 0) / 1000)} s`
        : verdict.why;
  const resourceVersion = view?.resourceVersion ?? '';
  return new LockProblem({
    system,
    state: verdict.type,
    run,
    itself: run === asked,
    who,
    host,
    since,
    local: isLocal(run),
    resourceVersion,
    why,
  });
}

/** No answer, or one that says that the API server has trouble of its own. */
function isTrouble(error: unknown): boolean {
  if (error instanceof KubernetesError) return error.status >= 500 || error.status === 429;
  return error instanceof Problem;
}
