import type { FieldFault } from '../errors.ts';
import { isObject, type Json, objectAt, textAt } from '../json.ts';
import { required, supported, unknownValue } from '../validation/faults.ts';
import { structureFaults } from './definition-structure-faults.ts';
import { listTypeFaults } from './list-type-faults.ts';
import { rulesOf } from './rule-faults.ts';
import { compileRule } from './rule-program.ts';
import { propertiesOf, type Schema, schemasIn } from './schema.ts';

/** Keywords that no structural schema has; with one of them the rest of its structure is not looked at. */
const forbidden: Record<string, string> = {
  id: 'id is not supported',
  additionalItems: 'additionalItems is not supported',
  patternProperties: 'patternProperties is not supported',
  definitions: 'definitions is not supported',
  dependencies: 'dependencies is not supported',
  $ref: '$ref is not supported',
};

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** What is wrong with the schema of a version (`validateCustomResourceDefinitionValidation`). */
export function schemaFaults(version: Json, path: string): FieldFault[] {
  const schema = objectAt(version, 'schema').openAPIV3Schema;
  if (!isObject(schema)) return [];
  const root = `${path}.openAPIV3Schema`;
  const faults: FieldFault[] = [];
  if (schema.nullable === true)
    faults.push({
      type: 'FieldValueForbidden',
      field: `${root}.nullable`,
      message: 'nullable cannot be true at the root',
    });
  const written = writtenFaults(schema, root);
  const unreadable = written.some(
    ({ message }) => Object.values(forbidden).includes(message) || message.startsWith('uniq'),
  );
  if (!unreadable) faults.push(...structureFaults(schema, root));
  faults.push(...written);
  return faults.length > 0 ? faults : compileFaults(schema, root);
}

function forbiddenAt(field: string, message: string): FieldFault {
  return { type: 'FieldValueForbidden', field, message };
}

/** `ValidateCustomResourceDefinitionOpenAPISchema`, and what `specStandardValidatorV3` adds. */
function writtenFaults(schema: Schema, path: string): FieldFault[] {
  const faults = Object.entries(forbidden)
    .filter(([keyword]) => schema[keyword] !== undefined)
    .map(([keyword, words]) => forbiddenAt(`${path}.${keyword}`, words));
  if (textAt(schema, 'type') !== '') faults.push(...supported(schema.type, types, `${path}.type`));
  if (schema.uniqueItems === true)
    faults.push(
      forbiddenAt(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (isObject(schema.additionalProperties) && Object.keys(propertiesOf(schema)).length > 0)
    faults.push(
      forbiddenAt(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  for (const [below, at] of schemasBelow(schema, path)) faults.push(...writtenFaults(below, at));
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    faults.push(unknownValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  return [...faults, ...listTypeFaults(schema, path), ...ruleTextFaults(schema, path)];
}

function schemasBelow(schema: Schema, path: string): [Schema, string][] {
  const found: [Schema, string][] = [];
  for (const field of ['additionalProperties', 'not', 'items'])
    if (isObject(schema[field])) found.push([schema[field], `${path}.${field}`]);
  for (const [name, below] of Object.entries(propertiesOf(schema))) found.push([below, `${path}.properties[${name}]`]);
  for (const field of ['allOf', 'oneOf', 'anyOf'])
    for (const [at, below] of schemasIn(schema, field).entries()) found.push([below, `${path}.${field}[${at}]`]);
  return found;
}

function ruleTextFaults(schema: Schema, path: string): FieldFault[] {
  return rulesOf(schema).flatMap((rule, at) => {
    const field = `${path}.x-kubernetes-validations[${at}]`;
    const [text, message] = [textAt(rule, 'rule').trim(), textAt(rule, 'message')];
    if (text === '') return [required(`${field}.rule`, 'rule is not specified')];
    if (message !== '' && message.trim() === '')
      return [unknownValue(`${field}.message`, message, 'must be non-empty if specified')];
    if (/[\n\r]/.test(message.trim()))
      return [unknownValue(`${field}.message`, message, 'must not contain line breaks')];
    if (/[\n\r]/.test(text) && message === '')
      return [required(`${field}.message`, 'message must be specified if rule contains line breaks')];
    const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
    return supported(rule.reason, reasons, `${field}.reason`);
  });
}

/** Rules that are no expressions at all; the library's words stand where cel-go's would. */
function compileFaults(schema: Schema, path: string): FieldFault[] {
  const own = rulesOf(schema).flatMap((rule, at) => {
    const compiled = compileRule(textAt(rule, 'rule').trim());
    if (!('broken' in compiled)) return [];
    const shown = {
      Rule: rule.rule,
      Message: rule.message ?? '',
      MessageExpression: rule.messageExpression ?? '',
      Reason: rule.reason ?? null,
      FieldPath: rule.fieldPath ?? '',
      OptionalOldSelf: rule.optionalOldSelf ?? null,
    };
    const words = `compilation failed: ERROR: ${compiled.broken}`;
    return [unknownValue(`${path}.x-kubernetes-validations[${at}].rule`, shown, words)];
  });
  return [...schemasBelow(schema, path).flatMap(([below, at]) => compileFaults(below, at)), ...own];
}
