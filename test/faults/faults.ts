import type { IncomingMessage, ServerResponse } from 'node:http';
import { forward, isStream, type Upstream } from './forward.ts';

/**
 * `half`: the connection breaks in the middle of an answer's body. `expired`: a watch ends at once, as its resourceVersion is
 * too old. `stale`: a list is answered as it was when it was first asked for, as by a cache that lags. `skewed`: the server's
 * clock is an hour behind.
 */
export type Fault = 'latency' | 429 | 500 | 503 | 'reset' | 'half' | 'expired' | 'stale' | 'skewed';

/** Whether this request can meet the fault at all. */
export function isMet(fault: Fault, incoming: IncomingMessage): boolean {
  if (fault === 'expired') return isStream(incoming) && (incoming.url ?? '').includes('watch=');
  if (fault === 'stale') return incoming.method === 'GET' && isList(incoming);
  return true;
}

// The last part of a collection's path is a plural; of an object's it is a name behind one.
function isList(incoming: IncomingMessage): boolean {
  const parts = new URL(incoming.url ?? '', 'https://server').pathname.split('/').filter(Boolean);
  const below = parts.slice(parts[0] === 'api' ? 2 : 3);
  return !isStream(incoming) && below.length % 2 === 1 && below.length > 0;
}

type Answering = (upstream: Upstream, incoming: IncomingMessage, response: ServerResponse) => void;

const ways: Record<Exclude<Fault, 'stale' | 429 | 500 | 503>, Answering> = {
  reset: (_, incoming) => void incoming.socket.destroy(),
  latency: (...request) => void setTimeout(() => forward(...request), 400),
  half: (...request) => forward(...request, { body: breakInTheMiddle }),
  skewed: (...request) => forward(...request, { headers: setBack }),
  expired: (_, __, response) => endWatch(response),
};

/** Answers a request in the way of a fault. `first` holds the first answer of each list. */
export function answerFaulty(
  fault: Fault,
  first: ReadonlyMap<string, string>,
  ...[upstream, incoming, response]: Parameters<Answering>
): void {
  if (typeof fault === 'number') refuse(response, fault);
  else if (fault !== 'stale') ways[fault](upstream, incoming, response);
  else {
    const body = first.get(incoming.url ?? '');
    if (body === undefined) forward(upstream, incoming, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }
}

function setBack(headers: Record<string, string | string[] | undefined>): void {
  headers.date = new Date(Date.now() - 3_600_000).toUTCString();
}

function breakInTheMiddle(answer: NodeJS.ReadableStream, response: ServerResponse): void {
  answer.once('data', (chunk: Buffer) => {
    response.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => response.socket?.destroy());
  });
  answer.once('end', () => response.socket?.destroy());
}

// What a watch says when the server has forgotten that version (k8s.io/apiserver, storage/errors).
function endWatch(response: ServerResponse): void {
  const object = {
    ...{ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired' },
    message: 'too old resource version: 1 (2)',
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
}

const words = {
  401: ['Unauthorized', 'Unauthorized'],
  429: ['TooManyRequests', 'too many requests, please try again later'],
  500: ['InternalError', 'etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
} as const;

/** Answers with a Status object. */
export function refuse(response: ServerResponse, code: keyof typeof words): void {
  const [reason, message] = words[code];
  const details = code === 429 ? { retryAfterSeconds: 1 } : undefined;
  const headers = { 'content-type': 'application/json', ...(code === 429 ? { 'retry-after': '1' } : {}) };
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details };
  response.writeHead(code, headers).end(JSON.stringify(status));
}
