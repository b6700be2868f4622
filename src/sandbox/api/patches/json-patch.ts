import { StatusError } from '../errors.ts';
import { copy, equal, isObject, type Json } from '../json.ts';

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** RFC 6902. Throws 422 for a test that fails or a path that is not there; 400 for what is no patch. */
export function applyJsonPatch(target: Json, patch: unknown): Json {
  if (!Array.isArray(patch) || !patch.every(isOperation))
    throw new StatusError(400, 'BadRequest', 'error decoding patch: a list of operations is expected');
  let result: unknown = copy(target);
  for (const operation of patch) result = perform(result, operation);
  if (!isObject(result)) throw refused('the patch replaces the object by something else');
  return result;
}

function isOperation(value: unknown): value is Operation {
  return isObject(value) && typeof value.op === 'string' && typeof value.path === 'string';
}

function perform(document: unknown, { op, path, from, value }: Operation): unknown {
  switch (op) {
    case 'add':
      return put(document, path, copy(value), true);
    case 'replace':
      read(document, path);
      return put(document, path, copy(value), false);
    case 'remove':
      return take(document, path);
    case 'move': {
      const moved = read(document, from ?? '');
      return put(take(document, from ?? ''), path, moved, true);
    }
    case 'copy':
      return put(document, path, copy(read(document, from ?? '')), true);
    case 'test':
      if (!equal(read(document, path), value)) throw refused(`testing path ${path} failed`);
      return document;
    default:
      throw refused(`Unexpected kind: ${op}`);
  }
}

function read(document: unknown, pointer: string): unknown {
  let found = document;
  for (const token of tokensOf(pointer)) {
    if (Array.isArray(found)) found = found[indexOf(token, found.length)];
    else if (isObject(found) && Object.hasOwn(found, token)) found = found[token];
    else throw missing(pointer);
    if (found === undefined) throw missing(pointer);
  }
  return found;
}

function put(document: unknown, pointer: string, value: unknown, insert: boolean): unknown {
  const tokens = tokensOf(pointer);
  const last = tokens.pop();
  if (last === undefined) return value;
  const parent = read(document, pointerOf(tokens));
  if (Array.isArray(parent)) {
    const at = last === '-' ? parent.length : indexOf(last, parent.length + 1);
    parent.splice(at, insert ? 0 : 1, value);
  } else if (isObject(parent)) setOwn(parent, last, value);
  else throw missing(pointer);
  return document;
}

// A field called __proto__ is a field like any other.
function setOwn(target: Json, field: string, value: unknown): void {
  Object.defineProperty(target, field, { value, writable: true, enumerable: true, configurable: true });
}

function take(document: unknown, pointer: string): unknown {
  const tokens = tokensOf(pointer);
  const last = tokens.pop() ?? '';
  read(document, pointer);
  const parent = read(document, pointerOf(tokens));
  if (Array.isArray(parent)) parent.splice(indexOf(last, parent.length), 1);
  else if (isObject(parent)) delete parent[last];
  return document;
}

function indexOf(token: string, length: number): number {
  const index = /^(0|[1-9]\d*)$/.test(token) ? Number(token) : -1;
  if (index < 0 || index >= length) throw refused(`invalid array index: ${token}`);
  return index;
}

function tokensOf(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw missing(pointer);
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function pointerOf(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

function missing(pointer: string): StatusError {
  return refused(`the path ${JSON.stringify(pointer)} does not exist`);
}

function refused(why: string): StatusError {
  return new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`);
}
