import { isObject } from '../json.ts';
import { fieldType, isAtomicMap, isDeclared, itemsByPart, type MergeType } from './merge-type.ts';

/**
 * A set of fields in the form of `FieldsV1`: `f:` a field, `k:` a list's item by key, `v:` a set's value, `.` the thing
 * itself. A leaf is an empty object (`structured-merge-diff/fieldpath/serialize.go`).
 */
export interface Fields {
  [part: string]: Fields;
}

/**
 * All fields that a configuration sets (`structured-merge-diff/typed/tofieldset.go`): leaves, items of lists, keys of maps; not the
 * structs that they are in.
 */
export function fieldsOf(value: unknown, type: MergeType): Fields {
  return fieldsBelow(value, type) ?? {};
}

function fieldsBelow(value: unknown, type: MergeType): Fields | undefined {
  if (Array.isArray(value)) return fieldsOfItems(value, type);
  if (!isObject(value) || isAtomicMap(type)) return {};
  let fields: Fields | undefined;
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item === undefined) continue;
    const below = fieldsBelow(item, fieldType(type, name));
    const member = item === null || isEmptyMap(item) || !isDeclared(type, name);
    if (!below && !member) continue;
    fields ??= {};
    fields[`f:${name}`] = member ? withSelf(below ?? {}) : (below ?? {});
  }
  return fields;
}

function isEmptyMap(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function withSelf(below: Fields): Fields {
  for (const part in below) if (part !== '.') return { '.': {}, ...below };
  return {};
}

function fieldsOfItems(list: readonly unknown[], type: MergeType): Fields | undefined {
  const items = itemsByPart(list, type);
  // A list that cannot be told apart by its keys is one value.
  if (!items) return {};
  if (items.size === 0) return undefined;
  const fields: Fields = {};
  for (const [part, [item, ...more]] of items)
    fields[part] = more.length > 0 || !isObject(item) ? {} : withSelf(fieldsBelow(item, type?.items) ?? {});
  return fields;
}

/** Every node of a value that came or went as a whole, structs too. */
export function wholeFields(value: unknown, type: MergeType): Fields {
  if (Array.isArray(value)) {
    const items = itemsByPart(value, type);
    if (!items || items.size === 0) return {};
    const fields: Fields = { '.': {} };
    for (const [part, [item, ...more]] of items) fields[part] = more.length > 0 ? {} : wholeFields(item, type?.items);
    return fields;
  }
  if (!isObject(value) || isAtomicMap(type)) return {};
  let fields: Fields | undefined;
  for (const name of Object.keys(value)) {
    if (value[name] === undefined) continue;
    fields ??= { '.': {} };
    fields[`f:${name}`] = wholeFields(value[name], fieldType(type, name));
  }
  return fields ?? {};
}
