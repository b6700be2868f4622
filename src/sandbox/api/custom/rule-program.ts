import { Environment } from '@marcbachmann/cel-js';
import { isObject, type Json } from '../json.ts';
import { additionalOf, itemsOf, propertyOf, type Schema } from './schema.ts';

/** A compiled expression of the Common Expression Language. Throws what the library throws when it is run. */
export type Program = (variables: Record<string, unknown>) => unknown;

/** `broken`: no expression at all. `unknown`: calls what the library does not have, e.g. `quantity()`; it cannot be judged. */
export type Compiled = { program: Program } | { broken: string } | { unknown: true };

const options = { enableOptionalTypes: true, homogeneousAggregateLiterals: false };
// Making one takes a tenth of a second, and most clusters never see a rule.
let environment: Environment | undefined;
const compiled = new Map<string, Compiled>();
const mostKept = 2000;

/** Compiles a rule; what was compiled once is remembered. */
export function compileRule(expression: string): Compiled {
  const known = compiled.get(expression);
  if (known) return known;
  if (compiled.size >= mostKept) compiled.clear();
  const made = compile(expression);
  compiled.set(expression, made);
  return made;
}

function compile(expression: string): Compiled {
  try {
    environment ??= new Environment(options).registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn');
    const program = environment.parse(expression);
    const { valid, error } = program.check();
    if (valid) return { program: (variables) => program(variables) };
    return isMissingFunction(error) ? { unknown: true } : { broken: messageOf(error) };
  } catch (error) {
    return { broken: messageOf(error) };
  }
}

// Libraries of Kubernetes whose functions are called by a name in front (`apiserver/pkg/cel/library`).
const libraries = /Unknown variable: (format|lists|math|optional|sets|strings)\b/;

function isMissingFunction(error: unknown): boolean {
  return isObject(error) && (error.code === 'no_matching_overload' || libraries.test(messageOf(error)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
}

/**
 * A value as rules see it: whole numbers are `int` where the schema says integer (or nothing), `double` elsewhere; a field whose
 * name is no identifier is written as Kubernetes escapes it (`apiserver/pkg/cel/escaping.go`).
 */
export function ruleValue(value: unknown, schema: Schema | undefined): unknown {
  if (typeof value === 'number') return Number.isInteger(value) && schema?.type !== 'number' ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => ruleValue(item, itemsOf(schema)));
  if (!isObject(value)) return value;
  const additional = additionalOf(schema);
  const entries = Object.entries(value).map(([name, below]): [string, unknown] => {
    const declared = propertyOf(schema, name);
    return [declared ? escaped(name) : name, ruleValue(below, declared ?? additional)];
  });
  return Object.fromEntries(entries) as Json;
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function escaped(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
