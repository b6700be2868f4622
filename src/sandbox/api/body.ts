import type { IncomingMessage } from 'node:http';
import { BodyFault, parseBody } from './decode/parse-body.ts';
import { badRequest, StatusError } from './errors.ts';
import { isObject, type Json } from './json.ts';
import { protobufType } from './protobuf/decode.ts';

/** `MaxRequestBodyBytes` of a real server (`apiserver/pkg/server/config.go`). */
const largestBody = 3 * 1024 * 1024;

/** Reads a request's body. Throws 413 above 3 MB. */
export function readBody(incoming: IncomingMessage): Promise<Buffer> {
  // A write that waits for webhooks is gone through again.
  const before = bodies.get(incoming);
  if (before) return before;
  const body = receive(incoming);
  bodies.set(incoming, body);
  return body;
}

const bodies = new WeakMap<IncomingMessage, Promise<Buffer>>();

async function receive(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving at once would cut the connection before the answer: what is too much is read on for a while, and dropped.
    if (size > largestBody * 8) break;
    if (size <= largestBody) chunks.push(chunk);
  }
  if (size > largestBody)
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${largestBody}`);
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

/** The patch in a body, or other JSON or YAML that is no object. Throws 400 when it cannot be read. */
export function decodeBody(body: Buffer, type: string): unknown {
  return parsed(body, type, (words) => {
    if (type.includes('apply')) return `error decoding YAML: ${words}`;
    return type.includes('strategic') ? words : `error decoding patch: ${words}`;
  });
}

function parsed(body: Buffer, type: string, tell: (words: string) => string): unknown {
  try {
    return parseBody(body, type);
  } catch (error) {
    if (error instanceof BodyFault) throw badRequest(tell(error.message));
    throw error;
  }
}

const objectTypes = ['application/json', 'application/yaml', protobufType];

/** The object in a body of POST or PUT, which should be of this kind. Throws 400 when there is none. */
export async function readObject(incoming: IncomingMessage, contentType: string, kind = 'object'): Promise<Json> {
  const type = expectMediaType(contentType, objectTypes);
  const body = await readBody(incoming);
  const tell = (words: string) => {
    const why = words.startsWith('yaml:') ? words : `couldn't get version/kind; json parse error: ${words}`;
    return `the object provided is unrecognized (must be of type ${kind}): ${why} (${summaryOf(body)})`;
  };
  const value = parsed(body, type, tell);
  if (value === null) return {};
  if (!isObject(value))
    throw badRequest(tell(`json: cannot unmarshal ${wordFor(value)} into Go value of type ${typeMeta}`));
  for (const field of ['apiVersion', 'kind'])
    if (value[field] !== undefined && value[field] !== null && typeof value[field] !== 'string')
      throw badRequest(
        tell(`json: cannot unmarshal ${wordFor(value[field])} into Go struct field .${field} of type string`),
      );
  return value;
}

const typeMeta = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

function wordFor(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `apiserver/pkg/endpoints/handlers/rest.go summarizeData` */
function summaryOf(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const start = body.subarray(0, 30);
  return `${start.toString(start[0] === 0x7b ? 'utf8' : 'hex')}${body.length > 30 ? ' ...' : ''}`;
}

/** The options in the body of a DELETE; empty when there is none. */
export async function readOptions(incoming: IncomingMessage, contentType: string): Promise<Json> {
  const body = await readBody(incoming);
  if (body.length === 0) return {};
  const type = expectMediaType(contentType, objectTypes);
  const value = parsed(body, type, (words) => `couldn't get version/kind; json parse error: ${words}`);
  return isObject(value) ? value : {};
}
