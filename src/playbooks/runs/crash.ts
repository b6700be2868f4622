import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../../base/errors.ts';
import type { RunSink } from './run-sink.ts';
import type { RunControl } from './stopping.ts';

/** An error that nobody has caught; it stands in `cause`. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/**
 * Rejects with the first error of this process that nobody catches. From then on none of them ends it, or is printed with all
 * that stands in it.
 */
export function untilCrash(faults: Pick<NodeJS.Process, 'on'> = process): Promise<never> {
  const crashed = new Promise<never>((_, reject) => {
    const crash = (cause: unknown) => reject(new Crash(messageOf(cause), { cause }));
    faults.on('uncaughtException', crash);
    faults.on('unhandledRejection', crash);
  });
  // It may come when nobody waits for it.
  crashed.catch(() => {});
  return crashed;
}

/** Milliseconds that what runs gets to leave off after a crash. */
const leaveOffMs = 3000;

/**
 * What the work comes to. A crash meanwhile ends it: where that happened goes to the run's output, through the sink like all
 * that a run says, and its cause is thrown once what ran has left off.
 */
export async function orCrash<T>(
  work: Promise<T>,
  crashed: Promise<never>,
  { control, sink }: { control: Pick<RunControl, 'stopNow'>; sink: Pick<RunSink, 'signal'> },
): Promise<T> {
  try {
    return await Promise.race([work, crashed]);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    const { cause } = error;
    const stack = cause instanceof Error ? (cause.stack ?? cause.message) : messageOf(cause);
    const at = new Date().toISOString();
    for (const line of stack.split('\n')) sink.signal({ type: 'output', at, step: 'tars-console', line });
    control.stopNow();
    await Promise.race([work.catch(() => {}), wait(leaveOffMs)]);
    throw cause;
  }
}
