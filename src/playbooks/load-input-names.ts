import type { Diagnostic } from '../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../yaml/parse.ts';
import { pathFits } from '../yaml/strings.ts';
import { suggestion } from '../yaml/suggest.ts';
import { diagnosticAtPath } from '../yaml/validate.ts';
import { type LoadedStep, ownStrings } from './load-step.ts';
import type { InputDefinition } from './model.ts';

/** Places at which steps name an input itself, not its value: a sensitive one is only ever named. */
const places = ['secret.keys.*', 'secret.keys.*.input', 'confirm.input'];

/** That the inputs which a step takes by name are there. */
export function checkInputNames(
  document: LocatedDocument,
  step: LoadedStep,
  inputs: Record<string, InputDefinition>,
): Diagnostic[] {
  const known = Object.keys(inputs);
  return namedInputs(step).flatMap(({ path, name }) => {
    if (known.includes(name)) return [];
    const fault = { message: `there is no input \`${name}\``, hint: suggestion(name, known, 'inputs') };
    return [diagnosticAtPath(document, [...step.path, ...path], fault)];
  });
}

function namedInputs(step: LoadedStep): { path: YamlPath; name: string }[] {
  return ownStrings(step)
    .filter(({ path }) => places.some((place) => pathFits(place, path)))
    .map(({ path, text }) => ({ path, name: text }));
}
