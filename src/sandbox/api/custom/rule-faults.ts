import type { FieldFault } from '../errors.ts';
import { isObject, type Json, textAt } from '../json.ts';
import { counterpart } from './correlation.ts';
import { compileRule, type Program, ruleValue } from './rule-program.ts';
import { additionalOf, itemsOf, propertyOf, type Schema, schemasIn } from './schema.ts';

/**
 * What the rules of `x-kubernetes-validations` say of a value, `old` being what it replaces; without it, rules that compare with
 * `oldSelf` are not asked (`apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go`). Rules that call what the library does
 * not know are passed over.
 */
export function ruleFaults(value: unknown, schema: Schema | undefined, path = '', old?: unknown): FieldFault[] {
  if (!schema || value === undefined || value === null) return [];
  const faults = rulesOf(schema).flatMap((rule) => judge(rule, value, schema, path, old));
  for (const one of schemasIn(schema, 'allOf')) faults.push(...ruleFaults(value, one, path, old));
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    for (const [at, item] of value.entries())
      faults.push(...ruleFaults(item, items, `${path}[${at}]`, counterpart(item, old, schema)));
  } else if (isObject(value)) faults.push(...fieldFaults(value, schema, path, old));
  return faults;
}

function fieldFaults(object: Json, schema: Schema, path: string, old: unknown): FieldFault[] {
  const before = isObject(old) && schema['x-kubernetes-map-type'] !== 'atomic' ? old : {};
  const additional = additionalOf(schema);
  return Object.entries(object).flatMap(([name, below]) => {
    const declared = propertyOf(schema, name);
    const at = declared ? childPath(path, name) : `${path}[${name}]`;
    return ruleFaults(below, declared ?? additional, at, before[name]);
  });
}

function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

export function rulesOf(schema: Schema): Json[] {
  return schemasIn(schema, 'x-kubernetes-validations');
}

function judge(rule: Json, value: unknown, schema: Schema, path: string, old: unknown): FieldFault[] {
  const expression = textAt(rule, 'rule').trim();
  const compiled = compileRule(expression);
  if (!('program' in compiled)) return [];
  // An `oldSelf` that may be absent is a type of its own, which cannot be handed to the library.
  if (rule.optionalOldSelf === true || (old === undefined && /\boldSelf\b/.test(expression))) return [];
  const variables: Record<string, unknown> = { self: ruleValue(value, schema) };
  if (old !== undefined) variables.oldSelf = ruleValue(old, schema);
  const field = childOf(path, textAt(rule, 'fieldPath')) || '<nil>';
  try {
    if (compiled.program(variables) === true) return [];
  } catch (error) {
    const message = `${JSON.stringify(schema.type ?? '')}: ${reasonOf(error)} evaluating rule: ${nameOf(rule)}`;
    return [{ type: 'FieldValueInvalid', field: path || '<nil>', message }];
  }
  const words = messageFrom(rule, variables) ?? (textAt(rule, 'message').trim() || `failed rule: ${expression}`);
  return [faultOf(rule, field, value, words)];
}

function childOf(path: string, below: string): string {
  return below === '' ? path : `${path}${below.startsWith('.') && path === '' ? below.slice(1) : below}`;
}

function nameOf(rule: Json): string {
  return textAt(rule, 'message').trim() || textAt(rule, 'rule').trim();
}

// The library says `No such key: x`, Go's `no such key: x`.
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function messageFrom(rule: Json, variables: Record<string, unknown>): string | undefined {
  const expression = textAt(rule, 'messageExpression').trim();
  const compiled = expression === '' ? undefined : compileRule(expression);
  if (!compiled || !('program' in compiled)) return undefined;
  const said = attempt(compiled.program, variables);
  return typeof said === 'string' && said.trim() !== '' && !said.includes('\n') ? said.trim() : undefined;
}

function attempt(program: Program, variables: Record<string, unknown>): unknown {
  try {
    return program(variables);
  } catch {
    return undefined;
  }
}

const reasons = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueDuplicate'] as const;

function faultOf(rule: Json, field: string, value: unknown, words: string): FieldFault {
  const type = reasons.find((reason) => reason === rule.reason) ?? 'FieldValueInvalid';
  // Whole objects and lists are not repeated in what is said of them.
  const shown = typeof value === 'object' ? '' : JSON.stringify(value);
  if (type === 'FieldValueDuplicate') return { type, field, message: shown };
  return { type, field, message: shown === '' || type !== 'FieldValueInvalid' ? words : `${shown}: ${words}` };
}
