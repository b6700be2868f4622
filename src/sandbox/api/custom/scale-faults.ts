import type { FieldFault } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import type { CustomResource } from '../resources.ts';

type Scale = CustomResource['scale'];
const largest = 2 ** 31 - 1;

/** `registry/customresource/validator.go ValidateScaleSpec` */
export function scaleSpecFaults(object: Json, scale: Scale): FieldFault[] {
  return scale ? replicaFaults(object, scale.specReplicasPath) : [];
}

/** `ValidateScaleStatus` of the same file. */
export function scaleStatusFaults(object: Json, scale: Scale): FieldFault[] {
  if (!scale) return [];
  const faults = replicaFaults(object, scale.statusReplicasPath);
  const path = scale.labelSelectorPath;
  const { value, stopped } = path ? nested(object, path) : {};
  if (path && (stopped !== undefined || (value !== undefined && typeof value !== 'string')))
    faults.push(fault(path, '""', accessorError(path, stopped ?? value, stopped === undefined ? 'string' : goMap)));
  return faults;
}

const goMap = 'map[string]interface{}';

function replicaFaults(object: Json, path: string): FieldFault[] {
  const { value, stopped } = nested(object, path);
  if (stopped !== undefined) return [fault(path, '0', accessorError(path, stopped, goMap))];
  if (value === undefined) return [];
  if (typeof value !== 'number' || !Number.isInteger(value))
    return [fault(path, '0', accessorError(path, value, 'int64'))];
  if (value < 0) return [fault(path, String(value), 'should be a non-negative integer')];
  return value > largest ? [fault(path, String(value), `should be less than or equal to ${largest}`)] : [];
}

function fault(field: string, value: string, words: string): FieldFault {
  return { type: 'FieldValueInvalid', field, message: `${value}: ${words}` };
}

/** The value at a path like `.spec.replicas`, or what stood in the way. */
function nested(object: Json, path: string): { value?: unknown; stopped?: unknown } {
  let found: unknown = object;
  for (const name of path.replace(/^\./, '').split('.')) {
    if (found === undefined) return {};
    if (!isObject(found)) return { stopped: found };
    found = found[name];
  }
  return { value: found };
}

// `unstructured.NestedInt64` and its like.
function accessorError(path: string, value: unknown, wanted: string): string {
  return `${path} accessor error: ${goText(value)} is of the type ${goType(value)}, expected ${wanted}`;
}

function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : 'string';
}

function goText(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${entries.map(([name, below]) => `${name}:${goText(below)}`).join(' ')}]`;
}
