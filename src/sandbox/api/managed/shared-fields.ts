import type { Fields } from './fields.ts';
import type { ManagedEntry } from './managers.ts';

/** So many sets are known again; the one that was asked for longest ago is forgotten first. */
const mostKnown = 10_000;

const known = new Map<string, Fields>();
/** What was shared before, by a number that stands for it in the key of what holds it. */
const numbers = new WeakMap<Fields, number>();
let last = 0;
const leaf: Fields = {};
numbers.set(leaf, last);

/** The entries with equal sets of fields being one: those of ten thousand pods and their events hardly differ. */
export function sharedEntries(entries: readonly ManagedEntry[]): ManagedEntry[] {
  return entries.map((entry) => {
    const fieldsV1 = shared(entry.fieldsV1);
    return fieldsV1 === entry.fieldsV1 ? entry : { ...entry, fieldsV1 };
  });
}

function shared(fields: Fields): Fields {
  if (numbers.has(fields)) return fields;
  const own: Fields = {};
  let key = '';
  for (const part in fields) {
    const below = shared(fields[part] as Fields);
    own[part] = below;
    key += `${numbers.get(below)} ${part.length} ${part}`;
  }
  // Most are leaves.
  if (key === '') return leaf;
  const before = known.get(key);
  known.delete(key);
  known.set(key, before ?? own);
  if (before) return before;
  last += 1;
  numbers.set(own, last);
  for (const oldest of known.keys()) {
    if (known.size <= mostKnown) break;
    known.delete(oldest);
  }
  return own;
}
