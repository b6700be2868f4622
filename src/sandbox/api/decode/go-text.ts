import { isObject } from '../json.ts';

/** A value as Go prints it with `%v`: `map[spec:map[replicas:x]]`. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isObject(value)) return value === null || value === undefined ? '<nil>' : String(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${entries.map(([key, below]) => `${key}:${goText(below)}`).join(' ')}]`;
}
