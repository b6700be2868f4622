import type { VariableShape } from '../../base/expression-environment.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { holdersOf, type StepPlace } from './places.ts';

export interface ReferenceFault {
  message: string;
  hint?: string | undefined;
}

/** What an expression at some place knows of the playbook's steps. */
export interface KnownSteps {
  /** Shapes of the steps that are certainly over, by id. */
  shapes: ReadonlyMap<string, VariableShape>;
  /** Why a step of this name cannot be used there; undefined when it can. */
  fault(name: string): ReferenceFault | undefined;
}

/** Where no step has run yet, e.g. the `when` of an input. */
export function noSteps(places: readonly StepPlace[]): KnownSteps {
  const ids = places.map(({ step }) => step.id);
  return { shapes: new Map(), fault: (name) => (ids.includes(name) ? comesLater(name) : unknown(name, ids)) };
}

/** What a step's own expressions know. */
export function knownAt(
  place: StepPlace,
  places: readonly StepPlace[],
  shapes: ReadonlyMap<string, VariableShape>,
): KnownSteps {
  const known = new Map([...place.before].flatMap((id) => (shapes.has(id) ? [[id, shapes.get(id) ?? 'map']] : [])));
  const ids = places.map(({ step }) => step.id);
  return {
    shapes: known,
    fault(name) {
      if (place.before.has(name)) return undefined;
      const other = places.find(({ step }) => step.id === name);
      return other ? whyNotOver(place, other, places) : unknown(name, ids);
    },
  };
}

function unknown(name: string, ids: readonly string[]): ReferenceFault {
  const message = `there is no step \`${name}\``;
  const dashed = ids.find((id) => id.startsWith(`${name}-`));
  return {
    message,
    hint: dashed ? `an id with dashes is written \`steps["${dashed}"]\`` : suggestion(name, ids, 'steps'),
  };
}

function comesLater(name: string): ReferenceFault {
  return { message: `the step \`${name}\` comes later`, hint: 'only what earlier steps put out is known here' };
}

function whyNotOver(place: StepPlace, other: StepPlace, places: readonly StepPlace[]): ReferenceFault {
  const name = other.step.id;
  if (other === place)
    return {
      message: `the step \`${name}\` is not over yet`,
      hint: 'its own `outputs` name what it put out as `outputs`, and later steps read them',
    };
  const holders = holdersOf(place).map((one) => one.place);
  if (holders.includes(other))
    return { message: `the step \`${name}\` is not over yet`, hint: 'this step stands inside of it' };
  const closed = holdersOf(other).find((one) => !isShared(one, place));
  if (closed) return insideOf(name, closed);
  if (places.indexOf(other) > places.indexOf(place)) return comesLater(name);
  const hint = place.siblings.includes(other.step)
    ? `name \`${name}\` in this step's \`needs\``
    : 'name it in the `needs` of the step that holds this one, or leave `needs` out';
  return { message: `the step \`${name}\` may still run, or not have begun, when this one begins`, hint };
}

/** Whether a place stands inside of the same part of the same step. */
function isShared(one: NonNullable<StepPlace['holder']>, place: StepPlace): boolean {
  return holdersOf(place).some((mine) => mine.place === one.place && mine.role === one.role);
}

function insideOf(name: string, { place, role }: NonNullable<StepPlace['holder']>): ReferenceFault {
  const holder = place.step.id;
  if (role === 'rescue') return { message: `the step \`${name}\` only runs when \`${holder}\` fails` };
  if (role === 'undo') return { message: `the step \`${name}\` only runs when \`${holder}\` is taken back` };
  if (place.step.kind?.name === 'foreach')
    return {
      message: `the step \`${name}\` runs once for each item of \`${holder}\``,
      hint: `what all of them put out is the list \`${access(holder)}.outputs.results\``,
    };
  return comesLater(name);
}

/** How an expression names a step. */
function access(id: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(id) ? `steps.${id}` : `steps["${id}"]`;
}
