import { exitCodes, Problem } from '../../base/errors.ts';

/** Why something was aborted: the run is to stop. */
class RunStopped extends Error {
  override readonly name = 'RunStopped';
  constructor() {
    super('the run was stopped');
  }
}

/** Whether something ended with this error because it was to stop. */
export function isStop(error: unknown): boolean {
  return error instanceof RunStopped || (error instanceof Error && error.name === 'AbortError');
}

export function neverBegun(): Problem {
  return new Problem('Nothing was done: it was interrupted before it began', { exitCode: exitCodes.interrupted });
}

/** The two ways in which a run is ended from outside. */
export interface RunControl {
  /** Aborted when the run is to stop after its running effects. */
  readonly stopping: AbortSignal;
  /** Aborted when it is to stop at once; `stopping` is then aborted too. */
  readonly now: AbortSignal;
  stop(): void;
  stopNow(): void;
}

export function createRunControl(): RunControl {
  const soon = new AbortController();
  const now = new AbortController();
  return {
    stopping: soon.signal,
    now: now.signal,
    stop: () => soon.abort(new RunStopped()),
    stopNow() {
      soon.abort(new RunStopped());
      now.abort(new RunStopped());
    },
  };
}
