import type { FieldFault } from '../errors.ts';
import { isObject } from '../json.ts';
import { additionalOf, itemsOf, propertyOf, type Schema } from './schema.ts';

/** Repeated entries of lists that are sets or maps (`apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go`). */
export function duplicateFaults(value: unknown, schema: Schema | undefined, path = ''): FieldFault[] {
  if (!schema) return [];
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return [
      ...repeated(value, schema, path),
      ...value.flatMap((item, at) => duplicateFaults(item, items, `${path}[${at}]`)),
    ];
  }
  if (!isObject(value)) return [];
  const additional = additionalOf(schema);
  return Object.entries(value).flatMap(([name, item]) => {
    const declared = propertyOf(schema, name);
    if (declared) return duplicateFaults(item, declared, path === '' ? name : `${path}.${name}`);
    return duplicateFaults(item, additional, `${path}[${name}]`);
  });
}

function repeated(list: readonly unknown[], schema: Schema, path: string): FieldFault[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = type === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined;
  const seen = new Map<string, number>();
  return list.flatMap((item, at): FieldFault[] => {
    const key = JSON.stringify(keyOf(item, keys));
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times === 1 ? [{ type: 'FieldValueDuplicate', field: `${path}[${at}]`, message: key }] : [];
  });
}

function keyOf(item: unknown, keys: unknown): unknown {
  if (!Array.isArray(keys)) return item;
  const known = isObject(item) ? item : {};
  return Object.fromEntries(
    keys
      .map(String)
      .filter((key) => known[key] !== undefined)
      .map((key) => [key, known[key]]),
  );
}
