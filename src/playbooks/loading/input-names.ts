import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../../yaml/parse.ts';
import { pathFits } from '../../yaml/strings.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import { defineInput, type WrittenInput } from '../input-schema.ts';
import type { InputDefinition } from '../model.ts';
import { type LoadedStep, ownStrings } from './loaded-step.ts';
import type { StepPlace } from './places.ts';

/** Places at which steps name an input itself, not its value: a sensitive one is only ever named. */
const namePlaces = [
  ...['secret.keys.*', 'secret.keys.*.input', 'secret.docker.password', 'secret.docker.password.input'],
  ...[
    'command.secret-env.*',
    'command.stdin.input',
    'ssh.secret-env.*',
    'ssh.to-secret',
    'file.input',
    'helm.secret-values.*',
  ],
  ...['confirm.input', 'exec.stdin.secret', 'promql.token', 'image.password'],
];

/** That the inputs which a step takes by name are there. */
export function checkInputNames(
  document: LocatedDocument,
  { step, before }: StepPlace,
  places: readonly StepPlace[],
  inputs: Record<string, InputDefinition>,
): Diagnostic[] {
  const typed = places.filter((place) => before.has(place.step.id)).flatMap((place) => typedSecret(place.step) ?? []);
  const known = [...Object.keys(inputs), ...typed];
  const unknown = namedInputs(step).flatMap(({ path, name }) => {
    if (known.includes(name)) return [];
    const fault = { message: `there is no input \`${name}\``, hint: suggestion(name, known, 'inputs') };
    return [diagnosticAtPath(document, [...step.path, ...path], fault)];
  });
  return [...unknown, ...contradictions(document, step, inputs)];
}

/** The name of the secret that a step asks a person for. */
function typedSecret({ kind, definition }: LoadedStep): string | undefined {
  if (kind?.name !== 'input') return undefined;
  const { name, sensitive } = (definition?.config.input ?? {}) as { name?: string; sensitive?: boolean };
  return sensitive ? name : undefined;
}

/** What contradicts itself in what a step asks for, or the input of the same name, which is taken without asking. */
function contradictions(
  document: LocatedDocument,
  { kind, definition, path }: LoadedStep,
  inputs: Record<string, InputDefinition>,
): Diagnostic[] {
  if (kind?.name !== 'input' || !definition) return [];
  const asked = definition.config.input as WrittenInput & { name: string; text: string };
  const { default: given, ...rest } = asked;
  // What an expression comes to is held against the rest when it is asked.
  const known = typeof given === 'string' && given.includes('${' + '{') ? rest : asked;
  const { faults } = defineInput({ ...known, description: asked.text, type: asked.type ?? 'string' });
  const own = faults.map(([key, message]) => diagnosticAtPath(document, [...path, 'input', key], { message }));
  const input = inputs[asked.name];
  if (!input) return own;
  const at = [...path, 'input', 'name'];
  if ((input.sensitive === true) !== (asked.sensitive === true)) {
    const words = input.sensitive ? 'is sensitive, and this is not' : 'is not sensitive, and this is';
    return [
      ...own,
      diagnosticAtPath(document, at, { message: `the input \`${asked.name}\` of this playbook ${words}` }),
    ];
  }
  const type = asked.type ?? 'string';
  if (input.type === type) return own;
  const message = `the input \`${asked.name}\` of this playbook is a ${input.type}, and this is a ${type}`;
  return [...own, diagnosticAtPath(document, at, { message })];
}

function namedInputs(step: LoadedStep): { path: YamlPath; name: string }[] {
  return ownStrings(step)
    .filter(({ path }) => namePlaces.some((place) => pathFits(place, path)))
    .map(({ path, text }) => ({ path, name: text }));
}
