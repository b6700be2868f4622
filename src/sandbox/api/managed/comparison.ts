import { equal, isObject, type Json } from '../json.ts';
import { type Fields, wholeFields } from './fields.ts';
import { fieldType, isAtomicMap, itemsByPart, type MergeType } from './merge-type.ts';

/** What a write did to an object: fields that are new or have another value, and fields that are gone. */
export interface Comparison {
  changed: Fields | undefined;
  removed: Fields | undefined;
}

const leaf: Fields = {};
const same: Comparison = { changed: undefined, removed: undefined };
const altered: Comparison = { changed: leaf, removed: undefined };

/**
 * Compares two values of a type (`structured-merge-diff/typed/compare.go`). Undefined is absent. What is shared by both is passed
 * over, so that a write of a status costs what the status costs.
 */
export function compare(before: unknown, after: unknown, type: MergeType): Comparison {
  if (before === after) return same;
  if (before === undefined) return { changed: wholeFields(after, type), removed: undefined };
  if (after === undefined) return { changed: undefined, removed: wholeFields(before, type) };
  if (Array.isArray(before) || Array.isArray(after)) return compareLists(before, after, type);
  if (isObject(before) || isObject(after)) return compareMaps(before, after, type);
  return altered;
}

function compareMaps(before: unknown, after: unknown, type: MergeType): Comparison {
  const mixed = (before !== null && !isObject(before)) || (after !== null && !isObject(after));
  const [left, right] = [before ?? {}, after ?? {}] as [Json, Json];
  if (mixed || isAtomicMap(type) || (isBare(left) && isBare(right))) return equal(before, after) ? same : altered;
  const found: Comparison = { changed: undefined, removed: undefined };
  for (const name of Object.keys(right))
    if (left[name] !== right[name]) note(found, `f:${name}`, compare(left[name], right[name], fieldType(type, name)));
  for (const name of Object.keys(left))
    if (right[name] === undefined && left[name] !== undefined)
      note(found, `f:${name}`, compare(left[name], undefined, fieldType(type, name)));
  return found;
}

function isBare(value: Json): boolean {
  for (const name in value) if (value[name] !== undefined) return false;
  return true;
}

function note(sum: Comparison, part: string, { changed, removed }: Comparison): void {
  if (changed) {
    sum.changed ??= {};
    sum.changed[part] = changed;
  }
  if (removed) {
    sum.removed ??= {};
    sum.removed[part] = removed;
  }
}

function compareLists(before: unknown, after: unknown, type: MergeType): Comparison {
  const [left, right] = [before ?? [], after ?? []];
  const whole = () => (equal(before, after) ? same : altered);
  if (!Array.isArray(left) || !Array.isArray(right) || (left.length === 0 && right.length === 0)) return whole();
  const [old, fresh] = [itemsByPart(left, type), itemsByPart(right, type)];
  if (!old || !fresh) return whole();
  const found: Comparison = { changed: undefined, removed: undefined };
  for (const [part, items] of fresh) note(found, part, compareItems(old.get(part) ?? [], items, type?.items));
  for (const [part, items] of old) if (!fresh.has(part)) note(found, part, compareItems(items, [], type?.items));
  return found;
}

/** Items that share one place are one value together. */
function compareItems(before: readonly unknown[], after: readonly unknown[], type: MergeType): Comparison {
  if (before.length <= 1 && after.length <= 1) return compare(before[0], after[0], type);
  if (after.length === 0) return { changed: undefined, removed: leaf };
  return equal(before, after) ? same : altered;
}
