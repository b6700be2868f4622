import protobuf from 'protobufjs/minimal.js';
import type { Json } from '../json.ts';
import { type FieldDescriptor, fieldsOf, type MessageDescriptor } from './descriptors.ts';
import { conversionOf } from './special-types.ts';

type Reader = protobuf.Reader;

/** As deep as a JSON body may be. */
const deepest = 500;

/**
 * Reads a message as the JSON that Go would write of it: inlined fields lifted, `omitempty` obeyed. A field that Go always
 * writes in JSON is null when it is absent. Throws RangeError when the bytes end too early.
 */
export function readMessage(bytes: Uint8Array, message: string): unknown {
  return readFields(protobuf.Reader.create(bytes), bytes.length, message, 0);
}

function readFields(reader: Reader, end: number, message: string, depth: number): unknown {
  const fields = fieldsOf(message);
  if (!fields) throw new Error(`no message ${message}`);
  if (depth > deepest) throw new Error('exceeded max depth');
  if (end > reader.len) throw new RangeError('unexpected EOF');
  const found = new Map<FieldDescriptor, unknown>();
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = fields.get(tag >>> 3);
    if (!field) reader.skipType(tag & 7);
    else if ((tag & 7) !== wireTypeOf(field))
      throw new Error(`proto: wrong wireType = ${tag & 7} for field ${field.name}`);
    else collect(found, field, reader, depth);
  }
  if (reader.pos > end) throw new RangeError('unexpected EOF');
  const [only] = fields.values();
  if (only?.name === '' && only.list) return found.get(only) ?? [];
  const object = toJson(fields, found);
  const convert = conversionOf(message);
  return convert ? convert(object) : object;
}

function wireTypeOf({ type, map }: FieldDescriptor): number {
  if (map) return 2;
  if (type === 'double') return 1;
  return ['bool', 'int32', 'int64'].includes(type) ? 0 : 2;
}

function collect(found: Map<FieldDescriptor, unknown>, field: FieldDescriptor, reader: Reader, depth: number): void {
  if (field.map) {
    const map = (found.get(field) ?? {}) as Json;
    const [key, value] = readEntry(reader, field.type, depth);
    // Not by assignment: a key may be `__proto__`.
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    found.set(field, map);
  } else if (field.list) {
    const list = (found.get(field) ?? []) as unknown[];
    list.push(readValue(reader, field.type, depth));
    found.set(field, list);
  } else found.set(field, readValue(reader, field.type, depth));
}

function readEntry(reader: Reader, type: string, depth: number): [string, unknown] {
  const end = lengthOf(reader);
  let key = '';
  let value: unknown;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) key = reader.string();
    else if (tag >>> 3 === 2) value = readValue(reader, type, depth);
    else reader.skipType(tag & 7);
  }
  if (value === undefined) value = fieldsOf(type) ? readMessage(new Uint8Array(), type) : '';
  return [key, value];
}

/** Where the part that begins here ends. */
function lengthOf(reader: Reader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

function readValue(reader: Reader, type: string, depth: number): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'int64':
      // A number, or a Long where that package is installed.
      return Number(reader.int64().toString());
    case 'double':
      return reader.double();
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'raw':
      return reader.bytes();
    case 'json':
      return JSON.parse(Buffer.from(reader.bytes()).toString());
    default:
      return readFields(reader, lengthOf(reader), type, depth + 1);
  }
}

function toJson(fields: MessageDescriptor, found: ReadonlyMap<FieldDescriptor, unknown>): Json {
  const object: Json = {};
  for (const field of fields.values()) {
    const value = found.get(field);
    if (field.inline) Object.assign(object, value);
    else if (value === undefined) {
      if (!field.omitEmpty && !field.omitZero) object[field.name] = null;
    } else if (!isLeftOut(field, value)) object[field.name] = value;
  }
  return object;
}

/** `encoding/json`: `omitempty` never leaves a struct out, `omitzero` does. */
function isLeftOut({ pointer, omitEmpty, omitZero }: FieldDescriptor, value: unknown): boolean {
  if (pointer) return false;
  if (omitEmpty && (value === '' || value === 0 || value === false)) return true;
  return omitZero && (value === null || (typeof value === 'object' && Object.keys(value).length === 0));
}
