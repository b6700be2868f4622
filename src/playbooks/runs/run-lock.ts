import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../base/errors.ts';
import type { Connection } from '../../cluster/connection.ts';
import { leaseNamespace } from '../../cluster/lease/lease.ts';
import { everyStep } from '../plan.ts';
import { effectsOf } from '../step-effects.ts';
import type { RunHeader } from './events.ts';
import type { Execution } from './execution.ts';
import type { LoadedRun } from './loaded-run.ts';
import { acquireLock, type RunLock } from './lock.ts';
import { runPaths, runsFolder } from './run-folder.ts';
import type { RunnerOrders, RunRequest } from './run-request.ts';

/** Whether any step of a playbook changes something, by what their kinds say. */
export function changesThings({ playbook, stepKinds }: Pick<LoadedRun, 'playbook' | 'stepKinds'>): boolean {
  return everyStep(playbook).some(({ step }) => effectsOf(stepKinds, step) !== 'none');
}

/** The lock of a run that changes things; none for one that only looks. Throws `LockProblem` when another run holds it. */
export async function lockFor(
  {
    request,
    orders,
    loaded,
    connection,
  }: { request: RunRequest; orders: RunnerOrders; loaded: LoadedRun; connection: Connection },
  { programVersion, progress }: { programVersion: string; progress(text: string): void },
  signal: AbortSignal,
): Promise<RunLock | undefined> {
  if (request.readOnly || request.cluster.none || !changesThings(loaded)) return undefined;
  return acquireLock({
    connection,
    programVersion,
    progress,
    signal,
    system: loaded.system.name,
    run: request.id,
    takeOver: orders.takeOver,
    isLocal: (run) => /^[\w.-]+$/.test(run) && existsSync(runPaths(join(runsFolder(), run)).plan),
  });
}

type Locked = Pick<Execution, 'sink' | 'questions' | 'control'>;

/**
 * Records how the run is guarded. One that is not asks whether it shall go on all the same; one whose lock is lost stops after
 * its running effects. Throws `Problem` on a no, and when nobody can be asked.
 */
export async function enterLock(lock: RunLock | undefined, header: RunHeader, execution: Locked): Promise<void> {
  const { sink, questions, control } = execution;
  if (!lock) return;
  if (lock.state === 'held') {
    sink.record({ type: 'lock', state: 'held', note: `Lease ${leaseNamespace}/${header.system}` });
    const lose = () => {
      try {
        sink.record({ type: 'lock', state: 'lost', note: String(lock.lost.reason) });
      } catch {
        // A full disk stops the run as well; whoever resumes looks at the lock anew.
      }
      control.stop();
    };
    if (lock.lost.aborted) lose();
    else lock.lost.addEventListener('abort', lose, { once: true });
    return;
  }
  sink.record({ type: 'lock', state: 'unguarded', note: lock.note });
  const answer = await questions.ask(
    header.steps[0]?.id ?? '',
    {
      kind: 'confirm',
      text: `Nothing keeps another run from ${header.system} meanwhile. Run it all the same?`,
      details: [lock.note],
      dangerous: true,
    },
    control.stopping,
  );
  if (answer.kind === 'confirm' && answer.yes) return;
  throw new Problem('It was not run: nothing would have kept another run away');
}

/** Frees the lock before the run's end is recorded. What the end is to say of it: undefined when there is nothing to say. */
export async function leaveLock(
  lock: RunLock | undefined,
  { sink }: Pick<Locked, 'sink'>,
): Promise<string | undefined> {
  if (lock?.state !== 'held') return undefined;
  const freed = await lock.release();
  if (lock.lost.aborted) return `its lock was lost: ${lock.lost.reason}`;
  const note = 'The lease could not be freed; it ends by itself';
  sink.record({ type: 'lock', state: 'released', ...(freed ? {} : { note }) });
  return undefined;
}
