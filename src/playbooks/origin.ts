import type { Playbook } from './model.ts';
import { everyStep } from './plan.ts';

/**
 * Which step of which playbook it is, by the innermost playbook that was called: `tars/deploy databases`, whether it is run
 * by itself or as a part of another. Unique within a run: the items of a `foreach` are told apart.
 */
export function originOf(playbook: Playbook, id: string): string {
  let origin = `${playbook.ref} ${id}`;
  for (const { id: caller, called } of everyStep(playbook))
    if (called && id.startsWith(`${caller}/`)) origin = `${called.ref} ${id.slice(caller.length + 1)}`;
  return origin;
}
