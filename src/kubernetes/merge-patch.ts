import { isDeepStrictEqual } from 'node:util';

type Fields = Record<string, unknown>;

/**
 * The JSON merge patch (RFC 7386) that makes `to` of `from`: `null` takes a field away, a list is replaced as a whole. Undefined when
 * they are equal. A field whose wanted value is null cannot be told from one that goes; the API has none such.
 */
export function mergePatchBetween(from: unknown, to: unknown): unknown {
  if (isDeepStrictEqual(from, to)) return undefined;
  if (!isFields(from) || !isFields(to)) return to;
  const patch: Fields = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    if (!Object.hasOwn(from, key)) patch[key] = value;
    else {
      const change = mergePatchBetween(from[key], value);
      if (change !== undefined) patch[key] = change;
    }
  }
  return patch;
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
