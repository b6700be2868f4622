/** A JSON object whose fields nobody has looked at yet. */
export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that should be an object; an empty one when it is not. */
export function objectAt(value: unknown, ...path: string[]): Json {
  let found = value;
  for (const field of path) found = isObject(found) ? found[field] : undefined;
  return isObject(found) ? found : {};
}

export function listAt(value: unknown, ...path: string[]): unknown[] {
  const last = path.at(-1) ?? '';
  const found = objectAt(value, ...path.slice(0, -1))[last];
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, ...path: string[]): string {
  const found = objectAt(value, ...path.slice(0, -1))[path.at(-1) ?? ''];
  return typeof found === 'string' ? found : '';
}

export function numberAt(value: unknown, ...path: string[]): number | undefined {
  const found = objectAt(value, ...path.slice(0, -1))[path.at(-1) ?? ''];
  return typeof found === 'number' ? found : undefined;
}

/** A copy that shares nothing; several times quicker than `structuredClone` for plain JSON. */
export function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy) as T;
  const result: Json = {};
  for (const key of Object.keys(value)) {
    const below = copy((value as Json)[key]);
    // A field like any other, not the object's prototype.
    if (key === '__proto__')
      Object.defineProperty(result, key, { value: below, writable: true, enumerable: true, configurable: true });
    else result[key] = below;
  }
  return result as T;
}

/** Equal as JSON; the order of fields means nothing, a field that is undefined is absent. */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left))
    return Array.isArray(right) && left.length === right.length && left.every((item, at) => equal(item, right[at]));
  if (!isObject(left) || !isObject(right)) return false;
  for (const key of Object.keys(left)) if (!equal(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (left[key] === undefined && right[key] !== undefined) return false;
  return true;
}

/** Sets a field only if it is absent, null counted as absent; how the API's defaults work. */
export function fill(target: Json, field: string, value: unknown): void {
  if (target[field] === undefined || target[field] === null) target[field] = value;
}
