import { equal, isObject, type Json } from '../json.ts';
import { isAtomicMap, itemKey, type ListRules } from '../patches/list-rules.ts';

/**
 * A set of fields in the form of `FieldsV1`: `f:` a field, `k:` a list's item by key, `v:` a set's value, `.` the thing
 * itself. A leaf is an empty object (`structured-merge-diff/fieldpath/serialize.go`).
 */
export interface Fields {
  [part: string]: Fields;
}

const unowned = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'generateName',
]);

/** All fields that an object sets, without those that say which object it is. */
export function fieldsOf(object: Json, rules: ListRules): Fields {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(ownable(object))) {
    const below = fieldsOfValue(value, [name], rules);
    if (below) fields[`f:${name}`] = below;
  }
  return fields;
}

/** The object without what no manager can own. */
export function ownable(object: Json): Json {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const kept = Object.entries(isObject(metadata) ? metadata : {}).filter(([name]) => !unowned.has(name));
  return kept.length > 0 ? { metadata: Object.fromEntries(kept), ...rest } : rest;
}

function fieldsOfValue(value: unknown, path: readonly string[], rules: ListRules): Fields | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return fieldsOfList(value, path, rules);
  if (!isObject(value) || isAtomicMap(path) || Object.keys(value).length === 0) return {};
  const fields: Fields = {};
  for (const [name, item] of Object.entries(value)) {
    const below = fieldsOfValue(item, [...path, name], rules);
    if (below) fields[`f:${name}`] = below;
  }
  return fields;
}

function fieldsOfList(list: readonly unknown[], path: readonly string[], rules: ListRules): Fields {
  const rule = rules(path);
  if (!rule) return {};
  const fields: Fields = {};
  for (const item of list) {
    const key = itemKey(item, rule);
    // A list that cannot be told apart by its keys is one value.
    if (key === undefined) return {};
    if (rule.type === 'set') fields[`v:${key}`] = {};
    else fields[`k:${key}`] = { '.': {}, ...(fieldsOfValue(item, path, rules) ?? {}) };
  }
  return fields;
}

/** Both objects without the top-level fields that say the same in either. */
export function differing(before: Json, next: Json): [Json, Json] {
  const [left, right] = [ownable(before), ownable(next)];
  const differs = ([name]: [string, unknown]) => !equal(left[name], right[name]);
  return [
    Object.fromEntries(Object.entries(left).filter(differs)),
    Object.fromEntries(Object.entries(right).filter(differs)),
  ];
}

/** The fields that are in `next` and differ from `before`, or are not there. */
export function changedFields(before: Json, next: Json, rules: ListRules): Fields {
  return changesOf(ownable(before), ownable(next), [], rules) ?? {};
}

function changesOf(before: unknown, next: unknown, path: readonly string[], rules: ListRules): Fields | undefined {
  if (next === undefined || equal(before, next)) return undefined;
  if (before === undefined) return path.length === 0 ? fieldsOf(next as Json, rules) : fieldsOfValue(next, path, rules);
  if (Array.isArray(next) && Array.isArray(before)) return changesOfList(before, next, path, rules);
  if (!isObject(next) || !isObject(before) || isAtomicMap(path)) return fieldsOfValue(next, path, rules);
  const fields: Fields = {};
  for (const [name, item] of Object.entries(next)) {
    const below = changesOf(before[name], item, [...path, name], rules);
    if (below) fields[`f:${name}`] = below;
  }
  return Object.keys(fields).length > 0 ? fields : undefined;
}

function changesOfList(
  before: readonly unknown[],
  next: readonly unknown[],
  path: readonly string[],
  rules: ListRules,
): Fields | undefined {
  const rule = rules(path);
  if (!rule || next.some((item) => itemKey(item, rule) === undefined)) return {};
  const known = new Map(before.map((item) => [itemKey(item, rule), item]));
  const fields: Fields = {};
  for (const item of next) {
    const key = itemKey(item, rule);
    const below = changesOf(known.get(key), item, path, rules);
    if (!below) continue;
    if (rule.type === 'set') fields[`v:${key}`] = {};
    else fields[`k:${key}`] = known.has(key) ? below : { '.': {}, ...below };
  }
  return Object.keys(fields).length > 0 ? fields : undefined;
}
