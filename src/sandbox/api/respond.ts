import type { ServerResponse } from 'node:http';
import { messageOf } from '../../base/errors.ts';
import { DelegateError } from './delegates.ts';
import { StatusError, toStatus } from './errors.ts';

export function respondJson(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  if (response.headersSent || response.destroyed) return;
  // As text it leaves in one write together with its headers.
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache, private',
  });
  response.end(text);
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
