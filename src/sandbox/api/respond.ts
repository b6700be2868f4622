import type { ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import { stringify } from 'yaml';
import { messageOf } from '../../base/errors.ts';
import { DelegateError } from './delegates.ts';
import { StatusError, toStatus } from './errors.ts';
import { negotiate } from './media-types.ts';

/** Above this an answer is compressed for who takes it (`responsewriters/writers.go`). */
const compressFrom = 128 * 1024;

export function respondJson(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  if (response.headersSent || response.destroyed) return;
  const { accept = '', 'accept-encoding': encoding } = response.req.headers;
  const yaml = type === 'application/json' && accept.includes('yaml') && wantsYaml(accept);
  // As text it leaves in one write together with its headers.
  const text = yaml ? yamlText(body) : JSON.stringify(body);
  const headers = { 'content-type': yaml ? 'application/yaml' : type, 'cache-control': 'no-cache, private' };
  const packs = text.length >= compressFrom && String(encoding ?? '').includes('gzip');
  if (packs) respondCompressed(response, status, text, headers);
  else {
    // Together with a text Node would write the bytes of a warning as if they were signs.
    const whole = response.hasHeader('warning') ? Buffer.from(text) : text;
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(whole);
  }
}

/** As `sigs.k8s.io/yaml` writes it: by name, and all of what comes twice twice. */
export function yamlText(body: unknown): string {
  return stringify(body, { sortMapEntries: true, aliasDuplicateObjects: false });
}

function wantsYaml(accept: string): boolean {
  try {
    return negotiate(accept).yaml;
  } catch {
    // The refusal itself is told in JSON.
    return false;
  }
}

function respondCompressed(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string>,
): void {
  gzip(text, { level: 1 }, (error, packed) => {
    if (response.headersSent || response.destroyed) return;
    const body = error ? Buffer.from(text) : packed;
    const how = error ? {} : { 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
    response.writeHead(status, { ...headers, ...how, 'content-length': body.length }).end(body);
  });
}

export function respondText(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

/**
 * Aborted when the answer is over, its client is gone or the server closes. Made only for what streams or waits: a signal
 * costs more than a small answer.
 */
export function leavingSignal(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  return leaving.signal;
}

/** Answers with the Status of whatever was thrown; what nobody expected is a 500. */
export function respondError(response: ServerResponse, error: unknown): void {
  const status = asStatusError(error);
  if (status.details?.retryAfterSeconds && !response.headersSent)
    response.setHeader('retry-after', String(status.details.retryAfterSeconds));
  respondJson(response, status.code, toStatus(status));
}

function asStatusError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof DelegateError) return new StatusError(error.status, error.reason, error.message);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${messageOf(error)}`);
}
