import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../../yaml/parse.ts';
import { stringsIn } from '../../yaml/strings.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import type { InputDefinition } from '../model.ts';
import { checkTemplates, notExpressions } from './expressions.ts';
import { isInside, type LoadedStep, ownStrings } from './loaded-step.ts';

const mark = '${' + '{';

/** The texts of a playbook itself: `next` is filled in at the end, from the inputs; every other is shown as it is written. */
export function checkPlaybookTexts(
  document: LocatedDocument,
  written: Record<string, unknown>,
  inputs: Record<string, InputDefinition>,
): Diagnostic[] {
  const fault = () => ({
    message: '`next` does not know the steps',
    hint: 'it may use `inputs`, `system` and `cluster`',
  });
  const around = { document, inputs, steps: { shapes: new Map(), fault }, locals: {} };
  const texts = [...stringsIn(written)].filter(({ path }) => path[0] !== 'steps');
  return texts.flatMap(({ path, text }) => {
    if (path[0] === 'next') return checkTemplates(text, path, around).diagnostics;
    return text.includes(mark) && !(path[0] === 'inputs' && path[2] === 'when') ? [notFilledIn(document, path)] : [];
  });
}

/** `${{ }}` where a step takes the text as it stands. */
export function checkStepTexts(document: LocatedDocument, step: LoadedStep): Diagnostic[] {
  const texts = ownStrings(step).filter(({ path, text }) => notExpressions.has(String(path[0])) && text.includes(mark));
  // A kind that says what its keys are made of has said it.
  const all = step.definition ? [...keysIn(step.written)] : [];
  const keys = all.filter((path) => String(path.at(-1)).includes(mark) && !isInside(step.inner, path));
  return [
    ...texts.map(({ path }) => notFilledIn(document, [...step.path, ...path])),
    ...keys.map((path) => diagnosticAtPath(document, [...step.path, ...path], faultOfKey, 'key')),
  ];
}

const faultOfKey = { message: 'a key cannot be an expression', hint: 'only values are filled in' };

function notFilledIn(document: LocatedDocument, path: YamlPath): Diagnostic {
  const hint = 'it would be shown as it stands here; write it in words';
  return diagnosticAtPath(document, path, { message: `\`${mark} }}\` is not filled in here`, hint });
}

/** The path of every key in a value. */
function* keysIn(value: unknown, path: YamlPath = []): Generator<YamlPath> {
  if (value === null || typeof value !== 'object') return;
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (!Array.isArray(value)) yield at;
    yield* keysIn(item, at);
  }
}
