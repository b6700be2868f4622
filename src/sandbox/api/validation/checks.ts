import type { FieldFault } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { notNegative, required, unknownValue, unsupported } from './faults.ts';
import type { NameRule } from './names.ts';

/**
 * Looks at the value of a field and adds what is wrong with it. Rules of a kind are written as checks of its fields, in the order in
 * which Kubernetes looks at them: that is the order of the causes.
 */
export type Check = (value: unknown, path: string, faults: FieldFault[], owner: Json) => void;

const nothing: Json = {};

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Text or number as Go has it: an absent one is zero. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

export function isEmpty(value: unknown): boolean {
  return isAbsent(value) || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The fields of a struct; a struct that is absent is an empty one. */
export function fields(rules: Readonly<Record<string, Check>>): Check {
  const entries = Object.entries(rules);
  return (value, path, faults) => {
    const struct = isObject(value) ? value : nothing;
    const start = path === '' ? '' : `${path}.`;
    for (const [name, check] of entries) check(struct[name], start + name, faults, struct);
  };
}

/** Every item of a list. */
export function each(check: Check): Check {
  return (value, path, faults, owner) => {
    if (Array.isArray(value)) for (const [at, item] of value.entries()) check(item, `${path}[${at}]`, faults, owner);
  };
}

export function all(...checks: Check[]): Check {
  return (value, path, faults, owner) => {
    for (const check of checks) check(value, path, faults, owner);
  };
}

/** The check, if there is a value. */
export function given(check: Check): Check {
  return (value, path, faults, owner) => {
    if (!isAbsent(value)) check(value, path, faults, owner);
  };
}

/** The check, if there is a value and it is not empty. */
export function filled(check: Check): Check {
  return (value, path, faults, owner) => {
    if (!isEmpty(value)) check(value, path, faults, owner);
  };
}

/** The check, or what is said when there is nothing to check. */
export function needed(check?: Check, message = ''): Check {
  return (value, path, faults, owner) => {
    if (isEmpty(value)) faults.push(required(path, message));
    else check?.(value, path, faults, owner);
  };
}

/** One of these, and not nothing. */
export function oneOf(...allowed: string[]): Check {
  return (value, path, faults) => {
    if (!allowed.includes(textOf(value))) faults.push(unsupported(path, textOf(value), allowed));
  };
}

export function between(least: number, most: number): Check {
  return (value, path, faults) => {
    const number = numberOf(value);
    if (number < least || number > most)
      faults.push(unknownValue(path, number, `must be between ${least} and ${most}, inclusive`));
  };
}

export const portNumber = between(1, 65_535);

export const atLeastZero: Check = (value, path, faults) => {
  faults.push(...notNegative(value, path));
};

export const aboveZero: Check = (value, path, faults) => {
  if (numberOf(value) <= 0) faults.push(unknownValue(path, numberOf(value), 'must be greater than zero'));
};

export function named(rule: NameRule): Check {
  return (value, path, faults) => {
    for (const why of rule(textOf(value))) faults.push(unknownValue(path, textOf(value), why));
  };
}

/** What a check finds, from the top of an object on. */
export function faultsOf(check: Check, object: unknown, path = ''): FieldFault[] {
  const faults: FieldFault[] = [];
  check(object, path, faults, nothing);
  return faults;
}
