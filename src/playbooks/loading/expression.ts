import type { Variables } from '../../base/expression-environment.ts';
import { compileExpression, ExpressionError, parseExpression } from '../../base/expressions.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../../yaml/parse.ts';
import { diagnosticAt } from '../../yaml/source.ts';
import { suggest, suggestion } from '../../yaml/suggest.ts';
import { placeInText } from '../../yaml/text-place.ts';
import type { InputDefinition } from '../model.ts';
import { playbookVariables, quantityFunctions } from '../scope.ts';
import { referencesIn } from './expression-references.ts';
import type { KnownSteps } from './known-steps.ts';
import { referenceFault, shapeOfSteps } from './references.ts';

/** What an expression at some place in a playbook may refer to. */
export interface Surroundings {
  document: LocatedDocument;
  inputs: Record<string, InputDefinition>;
  steps: KnownSteps;
  /** Names that count there alone: items of a `foreach`, what a kind of step adds. */
  locals: Variables;
}

/** An expression as it stands in a file. */
export interface WrittenExpression {
  text: string;
  path: YamlPath;
  /** Where the expression begins in the text that stands at the path. */
  offset: number;
}

export interface CheckedExpression {
  diagnostics: Diagnostic[];
  /** What it comes to, as CEL names it; undefined when it is faulty. */
  type: string | undefined;
}

const wantedWords = { bool: 'true or false', list: 'a list' };

/** Checks syntax, names and types of an expression; with `wanted`, also what it comes to. */
export function checkExpression(
  written: WrittenExpression,
  around: Surroundings,
  wanted?: 'bool' | 'list',
): CheckedExpression {
  let variables: Variables = {};
  try {
    const references = referencesIn(parseExpression(written.text));
    const faults = references.flatMap((reference) => {
      const fault = referenceFault(reference, around.inputs, around.steps);
      return fault ? [place(written, around, fault.at.start, fault.at.end - fault.at.start, fault)] : [];
    });
    // A wrong reference would be reported a second time as a wrong name.
    if (faults.length > 0) return { diagnostics: faults, type: undefined };
    variables = playbookVariables(around.inputs, shapeOfSteps(references, around.steps), around.locals);
    const { type } = compileExpression(written.text, { variables, functions: quantityFunctions });
    if (wanted === undefined || type === wanted || type === 'dyn' || type.startsWith(`${wanted}<`))
      return { diagnostics: [], type };
    const message = `this must come to ${wantedWords[wanted]}; it is of the type ${type}`;
    return { diagnostics: [place(written, around, 0, written.text.length, { message })], type };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { diagnostics: [reportedAt(error, written, around, variables)], type: undefined };
  }
}

/** What else a name may have been: of a variable, or of a field of one. */
function hintFor(name: string, message: string, variables: Variables): string | undefined {
  if (!message.startsWith('there is no')) return suggestion(name, Object.keys(variables), 'names');
  const fields = Object.values(variables).flatMap((shape) => (typeof shape === 'string' ? [] : Object.keys(shape)));
  const near = suggest(name, fields);
  return near && `did you mean \`${near}\`?`;
}

/** A fault of an expression at its place in the file. */
export function reportedAt(
  error: ExpressionError,
  written: WrittenExpression,
  around: Pick<Surroundings, 'document'>,
  variables: Variables = {},
): Diagnostic {
  const hint = error.unknown === undefined ? undefined : hintFor(error.unknown, error.message, variables);
  return place(written, around, error.offset, error.length, { message: `expression: ${error.message}`, hint });
}

function place(
  written: WrittenExpression,
  { document }: Pick<Surroundings, 'document'>,
  offset: number,
  length: number,
  { message, hint }: { message: string; hint?: string | undefined },
): Diagnostic {
  const { start, end } = placeInText(document, written.path, written.offset + offset, length);
  return diagnosticAt(document.source, start, end, { message, hint });
}
