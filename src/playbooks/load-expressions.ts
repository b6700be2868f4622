import { compileExpression, ExpressionError, findTemplates, parseExpression } from '../base/expressions.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../yaml/parse.ts';
import { diagnosticAt } from '../yaml/source.ts';
import { pathFits, stringsIn, valueAtPath } from '../yaml/strings.ts';
import { suggestion } from '../yaml/suggest.ts';
import { placeInText } from '../yaml/text-place.ts';
import { referencesIn } from './expression-references.ts';
import type { LoadedStep } from './load-step.ts';
import type { InputDefinition } from './model.ts';
import { playbookVariables, quantityFunctions } from './scope.ts';
import type { StepKind } from './step-kind.ts';

/** What an expression at some place in a playbook may refer to. */
export interface Surroundings {
  document: LocatedDocument;
  inputs: Record<string, InputDefinition>;
  /** Ids of the steps before it, and of all of them. */
  earlier: readonly string[];
  steps: readonly string[];
}

/** Checks every expression of a step: `when`, `outputs`, the kind's own, and the `${{ }}` in its texts. */
export function checkStepExpressions(step: LoadedStep, surroundings: Surroundings): Diagnostic[] {
  const base: YamlPath = ['steps', step.index];
  const places = step.kind?.expressions ?? [];
  const all = [...new Set(places.flatMap((place) => localsOf(place, step.written)))];
  const diagnostics: Diagnostic[] = [];
  for (const { path, text } of stringsIn(step.written)) {
    const place =
      places.find((one) => pathFits(one.path, path)) ?? places.find((one) => pathFits(one.path, path, true));
    const exact = place !== undefined && pathFits(place.path, path);
    const at = [...base, ...path];
    if (path[0] === 'when' && path.length === 1) diagnostics.push(...checkExpression(text, at, surroundings, [], true));
    else if (path[0] === 'outputs') diagnostics.push(...checkOutput(text, at, surroundings, [...all, 'outputs']));
    else if (exact && !text.includes('${{'))
      diagnostics.push(
        ...checkExpression(
          text,
          at,
          surroundings,
          localsOf(place, step.written),
          path.at(-1) === 'expect' || path.at(-1) === 'when',
        ),
      );
    else diagnostics.push(...checkTemplates(text, at, surroundings, place ? localsOf(place, step.written) : all));
  }
  return diagnostics;
}

/** An expression that stands alone at a path. With `condition` it must come to true or false. */
export function checkExpression(
  text: string,
  path: YamlPath,
  around: Surroundings,
  locals: readonly string[],
  condition: boolean,
): Diagnostic[] {
  return check({ text, path, offset: 0 }, around, locals, condition);
}

/** The `${{ }}` in a text. */
function checkTemplates(
  text: string,
  path: YamlPath,
  around: Surroundings,
  locals: readonly string[] = [],
): Diagnostic[] {
  try {
    return findTemplates(text).flatMap(({ source, sourceStart }) =>
      check({ text: source, path, offset: sourceStart }, around, locals, false),
    );
  } catch (error) {
    return error instanceof ExpressionError ? [report(error, { text, path, offset: 0 }, around)] : [];
  }
}

function checkOutput(text: string, path: YamlPath, around: Surroundings, locals: readonly string[]): Diagnostic[] {
  return text.includes('${{')
    ? checkTemplates(text, path, around, locals)
    : checkExpression(text, path, around, locals, false);
}

type ExpressionPlace = NonNullable<StepKind['expressions']>[number];

/** The names that a kind adds at a place: fixed ones, and those that the step's author gives, e.g. in `check.collect`. */
function localsOf(place: ExpressionPlace, written: Record<string, unknown>): string[] {
  const named = place.localsFrom ? valueAtPath(written, place.localsFrom.split('.')) : undefined;
  return [...(place.locals ?? []), ...(named !== null && typeof named === 'object' ? Object.keys(named) : [])];
}

interface Written {
  text: string;
  path: YamlPath;
  /** Where the expression begins in the text that stands at the path. */
  offset: number;
}

function check(written: Written, around: Surroundings, locals: readonly string[], condition: boolean): Diagnostic[] {
  const variables = playbookVariables(around.inputs, locals);
  try {
    const wrong = referencesIn(parseExpression(written.text)).flatMap((reference) => {
      const fault = faultOf(reference, around);
      if (!fault) return [];
      return [place(written, around, reference.start, reference.end - reference.start, fault.message, fault.hint)];
    });
    // A wrong reference would be reported a second time as a wrong name.
    if (wrong.length > 0) return wrong;
    const { type } = compileExpression(written.text, { variables, functions: quantityFunctions });
    if (!condition || type === 'bool' || type === 'dyn') return [];
    const message = `this must come to true or false; it is of the type ${type}`;
    return [place(written, around, 0, written.text.length, message)];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [report(error, written, around, Object.keys(variables))];
  }
}

function faultOf(
  reference: { root: string; name: string },
  around: Surroundings,
): { message: string; hint?: string | undefined } | undefined {
  const { root, name } = reference;
  if (root === 'inputs') {
    const known = Object.keys(around.inputs);
    if (!known.includes(name))
      return { message: `there is no input \`${name}\``, hint: suggestion(name, known, 'inputs') };
    if (around.inputs[name]?.sensitive)
      return {
        message: `the sensitive input \`${name}\` cannot be used in an expression`,
        hint: 'it would be written down; only a `secret` step takes it, by name',
      };
  }
  if (root === 'steps' && !around.earlier.includes(name)) {
    if (around.steps.includes(name))
      return { message: `the step \`${name}\` comes later`, hint: 'only what earlier steps put out is known here' };
    const dashed = around.steps.find((id) => id.startsWith(`${name}-`));
    if (dashed)
      return { message: `there is no step \`${name}\``, hint: `an id with dashes is written \`steps["${dashed}"]\`` };
    return { message: `there is no step \`${name}\``, hint: suggestion(name, around.steps, 'steps') };
  }
  return undefined;
}

function report(
  error: ExpressionError,
  written: Written,
  around: Surroundings,
  names: readonly string[] = [],
): Diagnostic {
  const hint = error.unknown === undefined ? undefined : suggestion(error.unknown, names, 'names');
  return place(written, around, error.offset, error.length, `expression: ${error.message}`, hint);
}

function place(
  written: Written,
  around: Surroundings,
  offset: number,
  length: number,
  message: string,
  hint?: string,
): Diagnostic {
  const { start, end } = placeInText(around.document, written.path, written.offset + offset, length);
  return diagnosticAt(around.document.source, start, end, { message, hint });
}
