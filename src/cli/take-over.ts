import { exitCodes, Problem } from '../base/errors.ts';
import { LockProblem, type LockRefusal } from '../playbooks/runs/lock-problem.ts';
import type { StartedRun, StartOptions } from '../playbooks/runs/start.ts';
import { createRunControl } from '../playbooks/runs/stopping.ts';
import { printNote, printProblem } from './output.ts';
import { askOnce } from './run-consents.ts';

/**
 * Starts a run; when a dead one holds its system, somebody at a terminal may take that over by typing its id. In a pipeline
 * `--take-over` names it beforehand. Throws the `LockProblem` otherwise.
 */
export async function startOrTakeOver(
  start: (options: StartOptions) => Promise<StartedRun>,
  {
    takeOver,
    interactive,
    confirmedContext,
  }: { takeOver: string | undefined; interactive: boolean; confirmedContext: string | undefined },
): Promise<StartedRun> {
  const control = createRunControl();
  const options: StartOptions = { confirmedContext, progress: sayOnce(), control };
  // What was started may wait long for a lock; it hears of no Ctrl-C by itself.
  const interrupt = () => (control.stopping.aborted ? control.stopNow() : control.stop());
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await start({ ...options, ...(takeOver === undefined ? {} : { takeOver: { run: takeOver } }) });
  } catch (error) {
    if (!(error instanceof LockProblem) || error.lock.state !== 'dead' || !interactive) throw error;
    printProblem(error);
    await typed(error.lock);
    const { run, resourceVersion } = error.lock;
    return await start({ ...options, takeOver: { run, resourceVersion } });
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

async function typed({ run, host }: LockRefusal): Promise<void> {
  printNote('To take over what it left, type its id.');
  const answer = await askOnce({ kind: 'typed', text: '', expect: run });
  const text = answer?.kind === 'typed' ? answer.text : '';
  if (text === run || text === host) return;
  throw new Problem(text === '' ? 'Nothing was done' : `That is not ${run}: nothing was done`, {
    exitCode: text === '' ? exitCodes.interrupted : exitCodes.usage,
  });
}

/** Each text when it is new; of what counts down, the first. */
function sayOnce(): (text: string) => void {
  let said = '';
  return (text) => {
    const same = text.replace(/\d+ s more/, '');
    if (same !== said) printNote(text);
    said = same;
  };
}
