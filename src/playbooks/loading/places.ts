import type { InnerRole, LoadedStep } from './loaded-step.ts';

/** A step at its place in a playbook. */
export interface StepPlace {
  step: LoadedStep;
  /** The list that it stands in. */
  siblings: readonly LoadedStep[];
  /** The step that it stands inside of, and what for. */
  holder: { place: StepPlace; role: InnerRole } | undefined;
  /** Ids of the steps that have certainly ended when this one begins, by their order and by `needs`. */
  before: ReadonlySet<string>;
}

/** Every step of a playbook with what is known to be over when it begins, in the order in which they are written. */
export function placesOf(steps: readonly LoadedStep[]): StepPlace[] {
  return placesIn(steps, undefined, new Set());
}

function placesIn(
  siblings: readonly LoadedStep[],
  holder: StepPlace['holder'],
  outside: ReadonlySet<string>,
): StepPlace[] {
  const beside = holder?.role === 'steps' && holder.place.step.kind?.name === 'parallel';
  return siblings.flatMap((step) => {
    const before = new Set([...outside, ...earlierOf(step, siblings, beside, new Set())]);
    const place: StepPlace = { step, siblings, holder, before };
    const inner = step.inner.flatMap(({ role, steps }) =>
      // What repairs a step or takes it back knows the step itself.
      placesIn(steps, { place, role }, role === 'steps' ? before : new Set([...before, step.id])),
    );
    return [place, ...inner];
  });
}

/** Ids of the steps of its own list that end before a step begins, with those inside of them. */
function earlierOf(
  step: LoadedStep,
  siblings: readonly LoadedStep[],
  beside: boolean,
  seen: Set<LoadedStep>,
): Set<string> {
  if (seen.has(step)) return new Set();
  seen.add(step);
  const needs = needsOf(step);
  const above = siblings.slice(0, siblings.indexOf(step));
  const direct = needs ? siblings.filter(({ id }) => needs.includes(id)) : beside ? [] : above;
  return new Set(direct.flatMap((one) => [...endedWith(one), ...earlierOf(one, siblings, beside, seen)]));
}

/** The step itself and what has ended with it: a `foreach` runs its steps many times, and no one of them is meant by an id. */
function endedWith(step: LoadedStep): string[] {
  if (step.kind?.name === 'foreach') return [step.id];
  const held = step.inner.filter(({ role }) => role === 'steps').flatMap(({ steps }) => steps);
  return [step.id, ...held.flatMap(endedWith)];
}

/** What a step names in `needs`; undefined where it has none, and waits for all that stands above it. */
export function needsOf({ written }: LoadedStep): string[] | undefined {
  return Array.isArray(written.needs) ? written.needs.filter((id) => typeof id === 'string') : undefined;
}

/** The steps that a place is inside of, from the nearest outwards. */
export function holdersOf({ holder }: StepPlace): NonNullable<StepPlace['holder']>[] {
  return holder ? [holder, ...holdersOf(holder.place)] : [];
}
