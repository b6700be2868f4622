import type { FieldFault } from '../errors.ts';

export function required(field: string, message = ''): FieldFault {
  return { type: 'FieldValueRequired', field, message };
}

/** A value that may not be. */
export function unknownValue(field: string, value: unknown, why: string): FieldFault {
  return { type: 'FieldValueInvalid', field, message: `${JSON.stringify(value) ?? 'null'}: ${why}` };
}

/** A value that is not among those there are; an absent one is fine. */
export function supported(value: unknown, allowed: readonly string[], field: string): FieldFault[] {
  if (value === undefined || value === null || allowed.includes(String(value))) return [];
  const names = allowed.map((one) => `"${one}"`).join(', ');
  const message = `${JSON.stringify(value)}: supported values: ${names}`;
  return [{ type: 'FieldValueNotSupported', field, message }];
}

/** A whole number of at least 0; an absent one is fine. */
export function notNegative(value: unknown, field: string): FieldFault[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return [];
  return [unknownValue(field, value, 'must be greater than or equal to 0')];
}
