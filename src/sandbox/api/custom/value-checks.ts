import type { FieldFault } from '../errors.ts';
import { equal } from '../json.ts';
import { hasFormat } from './formats.ts';
import { type Schema, typesOf } from './schema.ts';

/** Where a value stands: `path` as messages name it, `field` as the fault does (below `status` they differ). */
export interface Place {
  path: string;
  field: string;
}

type Check = (value: unknown, schema: Schema, place: Place) => FieldFault[];

/** A fault whose words speak of the path `in body`. */
function inBody(type: FieldFault['type'], { path, field }: Place, value: unknown, words: string): FieldFault {
  return { type, field: field || '<nil>', message: `${JSON.stringify(value)}: ${path} in body ${words}` };
}

/** JSON's name of a value's type, numbers told apart as OpenAPI does. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** `kube-openapi/pkg/validation/validate/type.go` */
export const checkType: Check = (value, schema, place) => {
  const types = typesOf(schema);
  const found = typeOf(value);
  if (types.length === 0 || types.includes(found)) return [];
  if (found === 'null' && schema.nullable === true) return [];
  if (found === 'integer' && types.includes('number')) return [];
  const wanted = types.join(',');
  // What has a format is judged by the format.
  if (found === 'string' && schema.format && !types.includes('integer') && !types.includes('number')) return [];
  if (!schema.format || found === 'null' || found === 'array')
    return [inBody('FieldValueTypeInvalid', place, found, `must be of type ${wanted}: "${found}"`)];
  const format = found === 'integer' ? 'int64' : found === 'number' ? 'float64' : '';
  return [inBody('FieldValueTypeInvalid', place, format, `must be of type ${String(schema.format)}: "${format}"`)];
};

/** `validator.go` stringValidator and `formats.go`: the first rule that is broken, then the format. */
export const checkText: Check = (value, schema, place) => {
  if (typeof value !== 'string') return [];
  const faults: FieldFault[] = [];
  const length = [...value].length;
  const { maxLength, minLength, pattern, format } = schema;
  if (typeof maxLength === 'number' && length > maxLength)
    faults.push({
      type: 'FieldValueTooLong',
      field: place.field,
      message: `may not be more than ${maxLength} byte${maxLength === 1 ? '' : 's'}`,
    });
  else if (typeof minLength === 'number' && length < minLength)
    faults.push(inBody('FieldValueInvalid', place, value, `should be at least ${minLength} chars long`));
  else if (typeof pattern === 'string' && pattern !== '' && !matches(value, pattern))
    faults.push(inBody('FieldValueInvalid', place, value, `should match '${pattern}'`));
  if (!hasFormat(value, format))
    faults.push(
      inBody('FieldValueTypeInvalid', place, value, `must be of type ${String(format)}: ${JSON.stringify(value)}`),
    );
  return faults;
};

// Go's expressions and JavaScript's agree in what schemas use; what only Go can read restricts nothing here.
function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

const ranges: Record<string, number> = { int32: 2 ** 31, int64: 2 ** 63 };

/** `values.go` of the numbers. */
export const checkNumber: Check = (value, schema, place) => {
  if (typeof value !== 'number') return [];
  const faults: FieldFault[] = [];
  const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum, format, type } = schema;
  const largest = type === 'integer' ? ranges[String(format)] : undefined;
  if (largest !== undefined && (value >= largest || value < -largest))
    faults.push({
      type: 'FieldValueInvalid',
      field: '<nil>',
      message: `"": Checked value must be of type integer with format ${String(format)} in ${place.path}`,
    });
  if (typeof multipleOf === 'number') faults.push(...multipleFaults(value, multipleOf, place));
  const broken = (words: string) => faults.push(inBody('FieldValueInvalid', place, value, words));
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum))
    broken(`should be greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum))
    broken(`should be less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
  return faults;
};

function multipleFaults(value: number, multipleOf: number, place: Place): FieldFault[] {
  // A whole number is compared with the whole part of the factor.
  const factor = Number.isInteger(value) ? Math.trunc(multipleOf) : multipleOf;
  if (factor <= 0) {
    const message = `${factor}: factor MultipleOf declared for ${place.path} must be positive: ${factor}`;
    return [{ type: 'FieldValueInvalid', field: place.field, message }];
  }
  if (Number.isInteger(Number((value / factor).toPrecision(12)))) return [];
  return [inBody('FieldValueInvalid', place, value, `should be a multiple of ${factor}`)];
}

/** `validator.go` basicCommonValidator. */
export const checkEnum: Check = (value, { enum: allowed }, { field }) => {
  if (!Array.isArray(allowed) || allowed.length === 0 || allowed.some((one) => equal(one, value))) return [];
  const words = allowed.map((one) => JSON.stringify(typeof one === 'string' ? one : JSON.stringify(one))).join(', ');
  return [{ type: 'FieldValueNotSupported', field, message: `${JSON.stringify(value)}: supported values: ${words}` }];
};

/** A number of items or fields that is too small or too large. */
export function checkCount(count: number, schema: Schema, place: Place, what: 'items' | 'properties'): FieldFault[] {
  const [least, most] =
    what === 'items' ? [schema.minItems, schema.maxItems] : [schema.minProperties, schema.maxProperties];
  const faults: FieldFault[] = [];
  if (typeof least === 'number' && count < least)
    faults.push(inBody('FieldValueInvalid', place, count, `should have at least ${least} ${what}`));
  if (typeof most === 'number' && count > most)
    faults.push({
      type: 'FieldValueTooMany',
      field: place.field || '<nil>',
      message: `${count}: must have at most ${most} item${most === 1 ? '' : 's'}`,
    });
  return faults;
}
