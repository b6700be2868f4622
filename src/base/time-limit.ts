import { createContext, Script } from 'node:vm';

const surroundings: { work: (() => unknown) | undefined } = { work: undefined };
const context = createContext(surroundings);
const call = new Script('work()');

/** Thrown in place of a result that took too long. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

/** How often work is begun again that was ended before it had its time. */
const mostTries = 10;

/**
 * Runs what somebody else wrote (a pattern, an expression) and ends it when it takes longer than `ms`: a regular expression can
 * take longer than anybody lives. For work without promises that can be done again: on a busy machine the time may be over before
 * the work has had much of it, and then it gets another one. Throws `TooLongError`, and whatever the work throws.
 */
export function withinTimeLimit<T>(ms: number, work: () => T): T {
  const outer = surroundings.work;
  surroundings.work = work;
  try {
    for (let tries = 1; ; tries += 1) {
      const before = process.cpuUsage();
      try {
        return call.runInContext(context, { timeout: ms }) as T;
      } catch (error) {
        if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        const { user, system } = process.cpuUsage(before);
        if ((user + system) / 1000 < ms / 2 && tries < mostTries) continue;
        throw new TooLongError(`it took longer than ${ms / 1000} s, and was ended`);
      }
    }
  } finally {
    surroundings.work = outer;
  }
}
