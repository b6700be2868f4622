import { Problem } from '../../base/errors.ts';
import type { FlatStep } from '../plan.ts';
import type { PlanContext } from '../step-kind.ts';
import { whenInWords } from '../when-in-words.ts';

/**
 * Why steps will not run, by id, as far as that is known before: they are left out, not for the sandbox, or their `when` is
 * false already. What is below such a step does not run either.
 */
export function skippedBefore(
  places: readonly FlatStep[],
  leftOut: ReadonlyMap<string, string>,
  contextFor: (place: FlatStep) => PlanContext,
  sandbox: boolean,
): Map<string, string> {
  const skipped = new Map<string, string>();
  for (const place of places) {
    const above = [...skipped].find(([id]) => place.id.startsWith(`${id}/`))?.[1];
    const reason = leftOut.get(place.id) ?? above ?? whySkipped(place, contextFor, sandbox);
    if (reason !== undefined) skipped.set(place.id, reason);
  }
  return skipped;
}

function whySkipped(
  place: FlatStep,
  contextFor: (place: FlatStep) => PlanContext,
  sandbox: boolean,
): string | undefined {
  const { when, rehearse } = place.step;
  if (rehearse === 'skip' && sandbox) return 'it is not for the sandbox';
  if (when === undefined) return undefined;
  try {
    return contextFor(place).evaluate(when) === true ? undefined : `only when ${whenInWords(when)}`;
  } catch (error) {
    // Only the run will know.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
