import type { Variables, VariableType } from '../../base/expression-environment.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument } from '../../yaml/parse.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import { reservedNames } from '../scope.ts';
import type { LoadedStep } from './loaded-step.ts';
import { holdersOf, type StepPlace } from './places.ts';

/** The items of the `foreach` steps that a place stands inside of, by the names that its expressions have for them. */
export function itemsAt(place: StepPlace): Variables {
  const holders = loopsAround(place).reverse();
  return Object.fromEntries(holders.map((step) => [nameOfItem(step), typeOfItem(step)]));
}

/** That an item's name hides no other, and that results can be told from the item. */
export function checkItemNames(document: LocatedDocument, place: StepPlace): Diagnostic[] {
  const { step } = place;
  if (step.kind?.name !== 'foreach') return [];
  const name = nameOfItem(step);
  const at = [...step.path, 'as' in step.written ? 'as' : 'foreach'];
  if (reservedNames.includes(name))
    return [diagnosticAtPath(document, at, { message: `\`${name}\` stands for something else in expressions` })];
  const outer = loopsAround(place).find((one) => nameOfItem(one) === name);
  const hidden = outer && {
    message: `\`${name}\` is the item of \`${outer.id}\`, which this step stands inside of`,
    hint: 'give its own items another name with `as`',
  };
  const held = step.inner.filter(({ role }) => role === 'steps').flatMap(({ steps }) => steps);
  const taken = held
    .filter(({ id }) => id === 'item')
    .map((one) =>
      diagnosticAtPath(document, [...one.path, 'id' in one.written ? 'id' : 'title'], {
        message: 'a step of a `foreach` cannot be called `item`',
        hint: 'each of the `results` has its item by that name',
      }),
    );
  return [...(hidden ? [diagnosticAtPath(document, at, hidden)] : []), ...taken];
}

function loopsAround(place: StepPlace): LoadedStep[] {
  return holdersOf(place)
    .filter(({ role, place: { step } }) => role === 'steps' && step.kind?.name === 'foreach')
    .map((one) => one.place.step);
}

function nameOfItem({ written }: LoadedStep): string {
  return typeof written.as === 'string' ? written.as : 'item';
}

const typeNames: Record<string, VariableType> = { string: 'string', number: 'double', boolean: 'bool' };

/** Of a list that is written down, the type that all of its items have. */
function typeOfItem({ written }: LoadedStep): VariableType {
  if (!Array.isArray(written.foreach)) return 'dyn';
  const types = new Set(
    written.foreach.map((item) => (typeof item === 'string' && item.includes('${' + '{') ? 'any' : typeof item)),
  );
  const [only] = types;
  return types.size === 1 ? (typeNames[only ?? ''] ?? 'dyn') : 'dyn';
}
