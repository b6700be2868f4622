import { exitCodes, Problem } from '../../base/errors.ts';
import type { RunnerOrders } from './run-request.ts';

/** Throws `Problem` (exit code 2) unless somebody has typed the name of the context, which is production. */
export function requireTyped(context: string, { confirmedContext }: Pick<RunnerOrders, 'confirmedContext'>): void {
  if (confirmedContext === context) return;
  const given = confirmedContext === undefined ? [] : [`What was typed is ${confirmedContext}`];
  throw new Problem(`The context ${context} is production: its name is to be typed before anything runs there`, {
    evidence: given,
    next: [`--confirm-context ${context}, or run it on a terminal and type it there; --yes is not enough`],
    exitCode: exitCodes.usage,
  });
}
