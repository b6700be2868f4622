import { compileExpression, ExpressionError } from '../../base/expressions.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../../yaml/parse.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import { sourceVariables } from '../input-sources.ts';
import type { InputDefinition } from '../model.ts';
import { quantityFunctions } from '../scope.ts';
import { reportedAt } from './expression.ts';

/** The expressions of what an input reads of the cluster: their names, and whether they can come to its type. */
export function checkInputSources(
  document: LocatedDocument,
  name: string,
  { from, choices, type }: InputDefinition,
): Diagnostic[] {
  const at = (...path: string[]): YamlPath => ['inputs', name, ...path];
  const check = (text: string | undefined, path: YamlPath, wanted: 'text' | InputDefinition['type']) =>
    text === undefined ? [] : checkSource(document, text, path, wanted);
  return [
    ...check(from?.value, at('from', 'value'), type),
    ...check(choices?.value, at('choices', 'value'), type),
    ...check(choices?.label, at('choices', 'label'), 'text'),
    ...check(choices?.preferred, at('choices', 'preferred'), 'boolean'),
  ];
}

/** What a value of the cluster may be, to become one of the input's type: texts are read as what they say. */
const fitting: Record<'text' | InputDefinition['type'], readonly string[]> = {
  text: ['string', 'int', 'uint', 'double'],
  string: ['string', 'int', 'uint', 'double', 'bool', 'null'],
  number: ['int', 'uint', 'double', 'string', 'null'],
  boolean: ['bool', 'string', 'null'],
  list: ['string', 'int', 'uint', 'double', 'bool', 'null'],
};

function checkSource(
  document: LocatedDocument,
  text: string,
  path: YamlPath,
  wanted: keyof typeof fitting,
): Diagnostic[] {
  try {
    const { type } = compileExpression(text, { variables: sourceVariables, functions: quantityFunctions });
    if (type === 'dyn' || fitting[wanted].includes(type)) return [];
    return [diagnosticAtPath(document, path, { message: `this must come to a ${wanted}; it is of the type ${type}` })];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [reportedAt(error, { text, path, offset: 0 }, { document }, sourceVariables)];
  }
}
