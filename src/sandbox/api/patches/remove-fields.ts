import { isObject, type Json } from '../json.ts';
import type { Fields } from '../managed/fields.ts';
import { fieldType, isAtomicMap, itemsByPart, type MergeType } from '../managed/merge-type.ts';

/** A value without the fields of a set; what is emptied by it stays as empty (`structured-merge-diff/typed/remove.go`). */
export function removeFields(value: unknown, gone: Fields, type: MergeType): unknown {
  if (Array.isArray(value)) return removeItems(value, gone, type);
  if (!isObject(value) || isAtomicMap(type)) return value;
  const result: Json = { ...value };
  for (const [part, below] of Object.entries(gone)) {
    const name = part.slice(2);
    if (!part.startsWith('f:') || result[name] === undefined) continue;
    if (isMember(below)) delete result[name];
    else result[name] = removeFields(result[name], below, fieldType(type, name));
  }
  return result;
}

function removeItems(list: readonly unknown[], gone: Fields, type: MergeType): unknown[] {
  const items = itemsByPart(list, type);
  if (!items) return [...list];
  return [...items].flatMap(([part, values]) => {
    const below = gone[part];
    if (below === undefined) return values;
    return isMember(below) ? [] : values.map((value) => removeFields(value, below, type?.items));
  });
}

/** Whether a node of a set stands for the thing itself. */
function isMember(fields: Fields): boolean {
  return fields['.'] !== undefined || Object.keys(fields).length === 0;
}
