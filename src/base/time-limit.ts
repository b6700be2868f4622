import { createContext, Script } from 'node:vm';

const surroundings: { work: (() => unknown) | undefined } = { work: undefined };
const context = createContext(surroundings);
const call = new Script('work()');

/** Thrown in place of a result that took too long. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

/**
 * Runs what somebody else wrote (a pattern, an expression) and ends it when it takes longer than `ms`: a regular expression can
 * take longer than anybody lives. For work without promises. Throws `TooLongError`, and whatever the work throws.
 */
export function withinTimeLimit<T>(ms: number, work: () => T): T {
  const outer = surroundings.work;
  surroundings.work = work;
  try {
    return call.runInContext(context, { timeout: ms }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new TooLongError(`it took longer than ${ms / 1000} s, and was ended`);
  } finally {
    surroundings.work = outer;
  }
}
