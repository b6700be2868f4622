import { equal, isObject } from '../json.ts';
import type { Schema } from './schema.ts';

/**
 * The item that a list had in an item's place before: only a list with keys tells which one that was
 * (`apiserver/pkg/cel/common/maplist.go`).
 */
export function counterpart(item: unknown, old: unknown, schema: Schema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(keys) || !Array.isArray(old)) return undefined;
  if (!isObject(item)) return undefined;
  return old.find((one) => isObject(one) && keys.map(String).every((key) => equal(one[key], item[key])));
}
