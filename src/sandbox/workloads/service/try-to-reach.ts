import type { ProcessContext } from '../image.ts';

/** Why a program cannot start. */
export interface StartupFault {
  /** As it would write it. */
  lines: string[];
  /** What may be there in a moment: worth another try. */
  passing: boolean;
}

/** How often a program tries to reach what it needs before it gives up, and how long it waits in between, ms. */
const trying = { attempts: 10, waitMs: 2000 };

/**
 * Looks for what the program needs, again and again while the fault may pass, then tells `over` the last fault, or undefined
 * when it can start. Returns how to call it off.
 */
export function tryToReach(
  { clock, shorten }: Pick<ProcessContext, 'clock' | 'shorten'>,
  steps: {
    fault(): StartupFault | undefined;
    again(attempt: number, most: number): void;
    over(fault: StartupFault | undefined): void;
  },
): () => void {
  let cancel = () => {};
  const attempt = (count: number) => {
    const fault = steps.fault();
    if (!fault?.passing || count >= trying.attempts) {
      steps.over(fault);
      return;
    }
    steps.again(count, trying.attempts);
    cancel = clock.later(shorten(trying.waitMs), () => attempt(count + 1));
  };
  attempt(1);
  return () => cancel();
}
