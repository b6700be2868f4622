import { setMaxListeners } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import type { KubernetesRequest } from '../connection.ts';
import type { Credentials } from './credentials.ts';

/** An answer whose body is still to be read. */
export interface OpenAnswer {
  status: number;
  headers: Record<string, string>;
  /** Decompressed. */
  body: NodeJS.ReadableStream & AsyncIterable<Buffer>;
  destroy(): void;
}

/** Thrown when the time for an answer is over. */
export class TimeoutError extends Error {}

/**
 * Sends one request; resolves when the answer's headers are there. The deadline and the signal hold until `destroy`, so
 * that a body that stops coming ends too; `onHeaders` may lift the deadline for a stream.
 */
export function send(
  server: URL,
  credentials: Credentials,
  request: KubernetesRequest,
  streamed: boolean,
): Promise<OpenAnswer> {
  const { signal } = request;
  const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const open = server.protocol === 'http:' ? httpRequest : httpsRequest;
    const outgoing: ClientRequest = open(urlOf(server, request), {
      agent: credentials.agent,
      method: request.method ?? 'GET',
      headers: headersOf(request, credentials, body),
    });
    const timeoutMs = request.timeoutMs ?? 30_000;
    const timer = timeoutMs > 0 ? setTimeout(() => outgoing.destroy(new TimeoutError()), timeoutMs) : undefined;
    const onAbort = () => outgoing.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    // Whoever asks many things at once has each of them listen; all of them leave again, and it is no leak.
    if (signal) setMaxListeners(0, signal);
    signal?.addEventListener('abort', onAbort, { once: true });
    const release = () => {
      if (timer) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    outgoing.once('error', (error) => {
      release();
      reject(staleSocket(outgoing, error));
    });
    outgoing.once('close', release);
    outgoing.once('response', (incoming) => {
      if (streamed && timer) clearTimeout(timer);
      resolve(openAnswer(incoming, outgoing, release));
    });
    outgoing.end(body);
  });
}

/** True when a kept connection had been closed by the server before the request reached it: sending again is safe. */
export function wasStale(error: unknown): boolean {
  return (error as { stale?: boolean }).stale === true;
}

function staleSocket(outgoing: ClientRequest, error: Error): Error {
  const { code } = error as { code?: string };
  if (outgoing.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')) Object.assign(error, { stale: true });
  return error;
}

function openAnswer(incoming: IncomingMessage, outgoing: ClientRequest, release: () => void): OpenAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value);
  let body: NodeJS.ReadableStream & AsyncIterable<Buffer> = incoming as unknown as OpenAnswer['body'];
  if (headers['content-encoding'] === 'gzip') {
    const gunzip = createGunzip();
    incoming.on('error', (error) => gunzip.destroy(error));
    body = incoming.pipe(gunzip) as unknown as OpenAnswer['body'];
  }
  return {
    status: incoming.statusCode ?? 0,
    headers,
    body,
    destroy() {
      release();
      // A request that was answered to the end leaves its connection for the next one.
      if (!incoming.complete) outgoing.destroy();
    },
  };
}

/** The whole address of a request. */
export function urlOf(server: URL, request: Pick<KubernetesRequest, 'path' | 'query'>): URL {
  const url = new URL(server.href);
  url.pathname = `${server.pathname.replace(/\/$/, '')}${request.path.split('?')[0] ?? ''}`;
  const inPath = request.path.split('?')[1];
  if (inPath !== undefined) url.search = inPath;
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

function headersOf(request: KubernetesRequest, credentials: Credentials, body: Buffer | undefined) {
  return {
    accept: request.accept ?? 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'tars-console',
    ...(body ? { 'content-type': request.contentType ?? 'application/json', 'content-length': body.length } : {}),
    ...credentials.headers,
    ...request.headers,
  };
}
