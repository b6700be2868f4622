import { isObject, type Json } from '../json.ts';

/** RFC 7386: null removes, objects are merged, anything else replaces. Nothing that was given is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const entries = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) entries.delete(field);
    else entries.set(field, applyMergePatch(entries.get(field), value));
  }
  // Object.fromEntries makes even a field called __proto__ one of the object's own.
  return Object.fromEntries(entries) as Json;
}
