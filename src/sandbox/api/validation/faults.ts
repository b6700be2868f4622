import type { FieldFault } from '../errors.ts';
import { goQuoted } from '../go-quoted.ts';
import { isObject } from '../json.ts';

export function required(field: string, message = ''): FieldFault {
  return { type: 'FieldValueRequired', field, message };
}

export function forbidden(field: string, message: string): FieldFault {
  return { type: 'FieldValueForbidden', field, message };
}

/** A value that may not be. */
export function unknownValue(field: string, value: unknown, why: string): FieldFault {
  return { type: 'FieldValueInvalid', field, message: `${goValue(value)}: ${why}` };
}

export function duplicate(field: string, value: unknown): FieldFault {
  return { type: 'FieldValueDuplicate', field, message: goValue(value) };
}

export function unsupported(field: string, value: unknown, allowed: readonly string[]): FieldFault {
  const names = allowed.map((one) => `"${one}"`).join(', ');
  return { type: 'FieldValueNotSupported', field, message: `${goValue(value)}: supported values: ${names}` };
}

/** A value that is not among those there are; an absent one is fine. */
export function supported(value: unknown, allowed: readonly string[], field: string): FieldFault[] {
  if (value === undefined || value === null || allowed.includes(String(value))) return [];
  return [unsupported(field, value, allowed)];
}

/** A whole number of at least 0; an absent one is fine. */
export function notNegative(value: unknown, field: string): FieldFault[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return [];
  return [unknownValue(field, value, 'must be greater than or equal to 0')];
}

/** A value as `field.Error` prints it: text as Go quotes it, all else as JSON. */
function goValue(value: unknown): string {
  return typeof value === 'string' ? goQuoted(value) : (JSON.stringify(value) ?? 'null');
}

/** A map as Go writes it: by its keys. */
export function inOrder(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** A struct of Go without JSON names, as `json.Marshal` shows it: all its fields by their Go names, null where nothing is. */
export function goStruct(value: unknown, fields: readonly string[]): Record<string, unknown> {
  const object = isObject(value) ? value : {};
  return Object.fromEntries(
    fields.map((field) => [
      field,
      object[field.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (start) => start.toLowerCase())] ?? null,
    ]),
  );
}
