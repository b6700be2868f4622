import { exitCodes, Problem } from '../../base/errors.ts';
import { suggestion } from '../../yaml/suggest.ts';
import type { FlatStep } from '../plan.ts';

/**
 * The ids that `--from` or `--only` leave out, each with the reason. A step may be named by its whole id or, where that is
 * clear, by its own. Throws `Problem` for a name that fits none.
 */
export function leftOut(
  steps: readonly FlatStep[],
  { from, only }: { from?: string | undefined; only?: string | undefined },
): Map<string, string> {
  const reasons = new Map<string, string>();
  if (from !== undefined) {
    const index = indexOf(steps, from);
    for (const step of steps.slice(0, index))
      if (!isBelow(steps[index]?.id ?? '', step.id)) reasons.set(step.id, `it comes before --from ${from}`);
  }
  if (only !== undefined) {
    const wanted = steps[indexOf(steps, only)]?.id ?? '';
    for (const { id } of steps)
      if (id !== wanted && !isBelow(id, wanted) && !isBelow(wanted, id)) reasons.set(id, `--only ${only}`);
  }
  return reasons;
}

function indexOf(steps: readonly FlatStep[], name: string): number {
  const exact = steps.findIndex(({ id }) => id === name);
  if (exact >= 0) return exact;
  const fitting = steps.filter(({ id }) => id.endsWith(`/${name}`));
  const [only, second] = fitting;
  if (only && !second) return steps.indexOf(only);
  const ids = steps.map(({ id }) => id);
  const next = only ? `It may be ${fitting.map(({ id }) => id).join(' or ')}` : suggestion(name, ids, 'steps');
  throw new Problem(only ? `More than one step is called ${name}` : `There is no step ${name}`, {
    next: next ? [next] : [],
    exitCode: exitCodes.usage,
  });
}

function isBelow(id: string, parent: string): boolean {
  return id.startsWith(`${parent}/`);
}
