import { Environment } from '@marcbachmann/cel-js';
import { type ExpressionFunction, registerFunctions } from './expression-functions.ts';

export type VariableType = 'dyn' | 'map' | 'string' | 'double' | 'bool' | 'list';

/** A type, or a map with exactly these fields. */
export type VariableShape = VariableType | { readonly [field: string]: VariableShape };

/** Names and their types; an object of types means a map with exactly these fields. */
export type Variables = Record<string, VariableShape>;

export interface Environments {
  /** Knows the fields of maps. */
  checking: Environment;
  /** The same with every double as `dyn`: for `status in [200, 204]`, which CEL's types forbid and its equality allows. */
  lenient: Environment;
  /** Takes the values as they are: an input that was left out is missing, not of a wrong type. */
  evaluating: Environment;
}

const known = new Map<string, Environments>();

/** Environments are kept: making one takes longer than checking a hundred expressions with it. */
export function environmentsFor(variables: Variables, functions: readonly ExpressionFunction[]): Environments {
  const key = JSON.stringify([variables, functions.map((entry) => entry.signature)]);
  const found = known.get(key);
  if (found) return found;
  const made = {
    checking: createEnvironment(functions),
    lenient: createEnvironment(functions),
    evaluating: createEnvironment(functions),
  };
  for (const [name, type] of Object.entries(variables)) {
    made.evaluating.registerVariable(name, 'dyn');
    declare(made.checking, name, type);
    declare(made.lenient, name, withoutDoubles(type));
  }
  // Files differ in their inputs, so the table stays small; a program that validates for days must still not grow.
  if (known.size > 200) known.clear();
  known.set(key, made);
  return made;
}

const bases = new Map<string, Environment>();

/** Registering functions takes most of the time, so that each set of them is registered once and copied. */
function createEnvironment(functions: readonly ExpressionFunction[]): Environment {
  const key = functions.map((entry) => entry.signature).join('\n');
  let base = bases.get(key);
  if (!base) {
    base = new Environment({
      unlistedVariablesAreDyn: false,
      homogeneousAggregateLiterals: false,
      enableOptionalTypes: true,
      limits: { maxAstNodes: 2000, maxDepth: 50 },
    });
    registerFunctions(base, functions);
    bases.set(key, base);
  }
  return base.clone();
}

function declare(environment: Environment, name: string, type: VariableShape): void {
  if (typeof type === 'string') environment.registerVariable(name, type);
  else environment.registerVariable({ name, schema: type });
}

function withoutDoubles(type: VariableShape): VariableShape {
  if (typeof type === 'string') return type === 'double' ? 'dyn' : type;
  return Object.fromEntries(Object.entries(type).map(([field, one]) => [field, withoutDoubles(one)]));
}

const membership = /^no such overload: (double in list<int>|int in list<double>)$/;

/** The type of an expression as CEL names it. Throws the library's errors. */
export function checkTypes(source: string, environments: Environments): string {
  let checked = environments.checking.check(source);
  const summary = checked.error?.summary;
  if (summary && membership.test(summary)) checked = environments.lenient.check(source);
  if (checked.error) throw checked.error;
  return checked.type ?? 'dyn';
}

const shadowed = 'bytes';
const stand = 'bytez';
const calls = new RegExp(`"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|(?<![\\w.])${shadowed}(?=\\s*\\()`, 'g');

/**
 * CEL's own `bytes(string)` makes a byte sequence, which nobody here needs, and cannot be replaced; a quantity's `bytes` takes
 * its place under a name of the same length, so that offsets stay true.
 */
export function withShadowed(source: string): string {
  return source.replace(calls, (text) => (text === shadowed ? stand : text));
}

/** The names in a message as they were written. */
export function unshadowed(message: string): string {
  return message.replaceAll(stand, shadowed);
}
