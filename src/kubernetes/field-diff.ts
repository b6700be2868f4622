import { isDeepStrictEqual } from 'node:util';
import { keyValue, mergeKeyOf } from './merge-keys.ts';

/** A segment of a path: a key of a map, a place in a list, or the item of a list by one of its fields. */
export type DiffSegment = { key: string } | { index: number } | { field: string; equals: string };

/** A field in which two objects differ; `before` or `after` is undefined where it is not there. */
export interface FieldDifference {
  path: DiffSegment[];
  before: unknown;
  after: unknown;
}

/**
 * The fields in which two values differ, down to their leaves. Items of lists are held against each other by what tells them
 * apart (`containers[name=backend]`), else by their place; a list of plain values is one field. Empty exactly when both are
 * equal.
 */
export function fieldDifferences(before: unknown, after: unknown): FieldDifference[] {
  return differencesAt(before, after, [], '');
}

function differencesAt(before: unknown, after: unknown, path: DiffSegment[], field: string): FieldDifference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isMap(before ?? {}) && isMap(after ?? {})) return inMaps(before, after, path);
  if (isListOfMaps(before ?? []) && isListOfMaps(after ?? [])) return inLists(before, after, path, field);
  return [{ path, before, after }];
}

type Map = Record<string, unknown>;

function inMaps(before: unknown, after: unknown, path: DiffSegment[]): FieldDifference[] {
  const [old, now] = [(before ?? {}) as Map, (after ?? {}) as Map];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const found = keys.flatMap((key) => differencesAt(own(old, key), own(now, key), [...path, { key }], key));
  // A map without a field, or one that stands where there was none, differs as a whole.
  return found.length > 0 ? found : [{ path, before, after }];
}

function inLists(before: unknown, after: unknown, path: DiffSegment[], field: string): FieldDifference[] {
  const [old, now] = [(before ?? []) as unknown[], (after ?? []) as unknown[]];
  const key = mergeKeyOf(field, old, now);
  const found = key === undefined ? byPlace(old, now, path) : byKey(old, now, path, key);
  return found.length > 0 ? found : [{ path, before, after }];
}

function byPlace(old: unknown[], now: unknown[], path: DiffSegment[]): FieldDifference[] {
  const length = Math.max(old.length, now.length);
  return Array.from({ length }, (_, index) => differencesAt(old[index], now[index], [...path, { index }], '')).flat();
}

function byKey(old: unknown[], now: unknown[], path: DiffSegment[], key: string): FieldDifference[] {
  const named = (list: unknown[]) => new globalThis.Map(list.map((item) => [keyValue(item, key) ?? '', item]));
  const [olds, nows] = [named(old), named(now)];
  const names = [...new Set([...olds.keys(), ...nows.keys()])];
  const found = names.flatMap((equals) => {
    const place: DiffSegment[] = [...path, { field: key, equals }];
    const [left, right] = [olds.get(equals), nows.get(equals)];
    const inside = differencesAt(left, right, place, '');
    if (left !== undefined && right !== undefined) return inside;
    // The key itself stands in the path already.
    const rest = inside.filter((one) => one.path.length !== place.length + 1 || !isKey(one.path.at(-1), key));
    return rest.length > 0 ? rest : [{ path: place, before: left, after: right }];
  });
  return [...found, ...newOrder([...olds.keys()], [...nows.keys()], path)];
}

/** Items that are in both lists, but in another order. */
function newOrder(old: string[], now: string[], path: DiffSegment[]): FieldDifference[] {
  const before = old.filter((name) => now.includes(name));
  const after = now.filter((name) => old.includes(name));
  return isDeepStrictEqual(before, after) ? [] : [{ path, before, after }];
}

function isKey(segment: DiffSegment | undefined, key: string): boolean {
  return segment !== undefined && 'key' in segment && segment.key === key;
}

function own(map: Map, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function isMap(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isListOfMaps(value: unknown): boolean {
  return Array.isArray(value) && value.every(isMap);
}
