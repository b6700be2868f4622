import { TookTooLong, withinTime } from '../../within-time.ts';
import type { FieldFault } from '../errors.ts';
import type { Schema } from './schema.ts';

/**
 * How long the patterns and rules of a definition may take over one object. A real server counts the steps of rules, and its
 * patterns cannot run away (RE2); here both are stopped by the clock.
 */
const mostMs = 250;

/** Judges by what the writer of a definition has written; what takes too long is refused. */
export function judgeInTime(judge: () => FieldFault[]): FieldFault[] {
  try {
    return withinTime(mostMs, judge);
  } catch (error) {
    if (error instanceof TookTooLong) return [exhausted];
    throw error;
  }
}

/** `apiserver/schema/cel/validation.go` says so when a rule is too dear. */
const exhausted: FieldFault = {
  type: 'FieldValueInvalid',
  field: '<nil>',
  message: 'null: validation failed due to running out of cost budget, no further validation rules will be run',
};

const known = new WeakMap<Schema, boolean>();

/** Whether there is anything in a schema that could take long. */
export function hasExpressions(schema: Schema | undefined): boolean {
  if (!schema) return false;
  const before = known.get(schema);
  if (before !== undefined) return before;
  const found = /"(pattern|x-kubernetes-validations)":/.test(JSON.stringify(schema));
  known.set(schema, found);
  return found;
}
