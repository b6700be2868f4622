import { StatusError } from '../errors.ts';
import { copy, equal, isObject, type Json } from '../json.ts';

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** `maxJSONPatchOperations` of `apiserver/pkg/endpoints/handlers/patch.go` */
const mostOperations = 10_000;

/** How many bytes of JSON the copies of one patch may have in all: `JSONPatchMaxCopyBytes` of `apiserver/pkg/server/config.go`. */
const mostCopied = 3 * 1024 * 1024;

/** RFC 6902. Throws 422 for what cannot be done, 413 for too much of it, 400 for what is no patch. */
export function applyJsonPatch(target: Json, patch: unknown): Json {
  if (!Array.isArray(patch)) throw undecodable(patch, '[]handlers.jsonPatchOp');
  for (const operation of patch) if (!isObject(operation)) throw undecodable(operation, 'handlers.jsonPatchOp');
  if (patch.length > mostOperations)
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${mostOperations}, got ${patch.length}`,
    );
  let result: unknown = copy(target);
  const copied = { bytes: 0 };
  for (const operation of patch) result = perform(result, operation as unknown as Operation, copied);
  if (!isObject(result)) throw refused();
  return result;
}

function undecodable(value: unknown, type: string): StatusError {
  const found = value === null ? 'null' : isObject(value) ? 'object' : Array.isArray(value) ? 'array' : typeof value;
  const words = `error decoding patch: json: cannot unmarshal ${found} into Go value of type ${type}`;
  return new StatusError(400, 'BadRequest', words);
}

function perform(document: unknown, { op, path, from, value }: Operation, copied: { bytes: number }): unknown {
  if (typeof path !== 'string' || (from !== undefined && typeof from !== 'string')) throw refused();
  switch (op) {
    case 'add':
      // A value that was not sent is null, as Go reads it.
      return put(document, path, copy(value ?? null), true);
    case 'replace':
      read(document, path);
      return put(document, path, copy(value ?? null), false);
    case 'remove':
      return take(document, path);
    case 'move': {
      const moved = read(document, from ?? '');
      return put(take(document, from ?? ''), path, moved, true);
    }
    case 'copy': {
      const source = readOrNull(document, from ?? '');
      copied.bytes += JSON.stringify(source).length;
      // Copies of copies grow without bound.
      if (copied.bytes > mostCopied) throw refused();
      return put(document, path, copy(source), true);
    }
    case 'test':
      if (!equal(read(document, path), value)) throw refused();
      return document;
    default:
      throw refused();
  }
}

function read(document: unknown, pointer: string): unknown {
  let found = document;
  for (const token of tokensOf(pointer)) {
    if (Array.isArray(found)) found = found[indexOf(token, found.length)];
    else if (isObject(found) && Object.hasOwn(found, token)) found = found[token];
    else throw refused();
    if (found === undefined) throw refused();
  }
  return found;
}

/** What is copied from a field that is not there is null (`evanphx/json-patch`). */
function readOrNull(document: unknown, pointer: string): unknown {
  const tokens = tokensOf(pointer);
  const last = tokens.pop();
  const parent = last === undefined ? undefined : read(document, pointerOf(tokens));
  if (last !== undefined && isObject(parent)) return parent[last] ?? null;
  return read(document, pointer);
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
  else throw refused();
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
  if (index < 0 || index >= length) throw refused();
  return index;
}

function tokensOf(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw refused();
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function pointerOf(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
}

/** A real server says no more than this. */
function refused(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}
