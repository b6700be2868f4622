import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { messageOf } from '../../base/errors.ts';
import { badRequest, StatusError } from './errors.ts';
import { isObject, type Json } from './json.ts';
import { decodeProtobuf, protobufType } from './protobuf/decode.ts';

/** `MaxRequestBodyBytes` of a real server (`apiserver/pkg/server/config.go`). */
const largestBody = 3 * 1024 * 1024;

/** `encoding/json` of a real server stops at 10,000. */
const deepestBody = 500;

/** Reads a request's body. Throws 413 above 3 MB. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody)
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${largestBody}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `application/json; charset=utf-8` → `application/json` */
function mediaType(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

/** Throws 415 for a media type that is not among these. An absent one counts as JSON. */
export function expectMediaType(contentType: string, allowed: readonly string[]): string {
  const type = mediaType(contentType) || 'application/json';
  if (allowed.includes(type)) return type;
  throw new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${allowed.join(', ')}`,
  );
}

/** JSON, or YAML where it is allowed. Throws 400 when it cannot be read. */
export function decodeBody(body: Buffer, type: string): unknown {
  const text = body.toString('utf8');
  let value: unknown;
  try {
    if (type === protobufType) value = decodeProtobuf(body);
    else value = type.includes('yaml') && !text.trimStart().startsWith('{') ? parse(text) : JSON.parse(text);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type JSON or YAML): ${messageOf(error)}`);
  }
  checkDepth(value, 0);
  return value;
}

/** What is nested deeper than any object of the API would overflow the stack of everybody who walks it. */
function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepestBody) throw badRequest('the object provided is unrecognized: exceeded max depth');
  for (const below of Object.values(value)) checkDepth(below, depth + 1);
}

const objectTypes = ['application/json', 'application/yaml', protobufType];

/** The object in a body of POST or PUT. */
export async function readObject(incoming: IncomingMessage, contentType: string): Promise<Json> {
  const type = expectMediaType(contentType, objectTypes);
  const value = decodeBody(await readBody(incoming), type);
  if (!isObject(value)) throw badRequest('the body of the request is not an object');
  return value;
}

/** The options in the body of a DELETE; empty when there is none. */
export async function readOptions(incoming: IncomingMessage, contentType: string): Promise<Json> {
  const body = await readBody(incoming);
  if (body.length === 0) return {};
  const value = decodeBody(body, expectMediaType(contentType, objectTypes));
  return isObject(value) ? value : {};
}
