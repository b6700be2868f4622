import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type buildConnector, Pool } from 'undici';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { readLines } from './read-lines.ts';

/** How controllers and nodes speak to the API server: plain HTTPS, so that the same code serves a real one. */
export interface ApiClient {
  readonly server: string;
  /** PEM of the authority by which the server is known. */
  readonly ca?: string | undefined;
  /** Throws `ApiError` for anything but 2xx. */
  get<T = KubernetesObject>(path: string, query?: Query): Promise<T>;
  create<T = KubernetesObject>(path: string, object: unknown, query?: Query): Promise<T>;
  replace<T = KubernetesObject>(path: string, object: unknown): Promise<T>;
  patch<T = KubernetesObject>(path: string, patch: unknown, type: PatchType, query?: Query): Promise<T>;
  remove(path: string, options?: RemoveOptions): Promise<void>;
  watch(path: string, query: Query, signal: AbortSignal): AsyncIterable<WatchEvent>;
  /** The same server, asked as somebody else. A token that runs out is read anew for each request. */
  as(token: () => Promise<string>, userAgent: string): ApiClient;
  close(): void;
}

export type Query = Record<string, string | number | boolean | undefined>;
type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

interface RemoveOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  preconditions?: { uid?: string; resourceVersion?: string };
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubernetesObject;
}

export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export interface ApiClientOptions {
  /** `https://127.0.0.1:6443` */
  server: string;
  /** PEM of the authority that signed the server's certificate. */
  ca?: string | undefined;
  /** Bearer token, or where to read the one of now. */
  token?: string | (() => Promise<string>) | undefined;
  /** Makes connections by other means than the network. */
  dial?: (() => Duplex) | undefined;
  /** Says in the server's audit and in managed fields who this is. */
  userAgent?: string | undefined;
}

const patchTypes: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

const requestTimeoutMs = 30_000;

/**
 * A client of one API server. Requests share a few kept-alive connections; each watch has one of its own, so that many
 * watches never hold up a request. Throws `ApiError` when the server says no and undici's errors when it does not answer.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const connect = options.dial ? connectorOf(options.dial) : { ca: options.ca, timeout: 10_000 };
  const requests = new Pool(options.server, { connect, connections: 8, keepAliveTimeout: 60_000 });
  const watches = new Pool(options.server, { connect, bodyTimeout: 0 });
  const common: Record<string, string> = {
    accept: 'application/json',
    'user-agent': options.userAgent ?? 'tars-console-sandbox',
  };
  const headersOf = async () => {
    const token = typeof options.token === 'function' ? await options.token() : options.token;
    return token ? { ...common, authorization: `Bearer ${token}` } : common;
  };

  const send = async <T>(method: Method, path: string, query?: Query, body?: unknown, contentType?: string) => {
    const own = await headersOf();
    const headers = body === undefined ? own : { ...own, 'content-type': contentType ?? 'application/json' };
    const answer = await requests.request({
      method,
      path: withQuery(path, query),
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      headersTimeout: requestTimeoutMs,
      bodyTimeout: requestTimeoutMs,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw asApiError(answer.statusCode, text);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };

  return {
    server: options.server,
    ca: options.ca,
    get: (path, query) => send('GET', path, query),
    create: (path, object, query) => send('POST', path, query, object),
    replace: (path, object) => send('PUT', path, undefined, object),
    patch: (path, patch, type, query) => send('PATCH', path, query, patch, patchTypes[type]),
    async remove(path, removal) {
      await send('DELETE', path, undefined, { kind: 'DeleteOptions', apiVersion: 'v1', ...removal });
    },
    async *watch(path, query, signal) {
      const target = withQuery(path, { ...query, watch: true });
      const answer = await watches.request({ method: 'GET', path: target, headers: await headersOf(), signal });
      if (answer.statusCode >= 300) throw asApiError(answer.statusCode, await answer.body.text());
      for await (const line of readLines(answer.body)) yield JSON.parse(line) as WatchEvent;
    },
    as: (token, userAgent) => createApiClient({ ...options, token, userAgent }),
    close() {
      void requests.destroy().catch(() => {});
      void watches.destroy().catch(() => {});
    },
  };
}

function connectorOf(dial: () => Duplex): buildConnector.connector {
  // All that undici asks of a socket is what every stream has.
  return (_, callback) => queueMicrotask(() => callback(null, dial() as Socket));
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

function withQuery(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  if (text === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${text}`;
}

function asApiError(status: number, text: string): ApiError {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, reason ?? '', message ?? text);
  } catch {
    return new ApiError(status, '', text.trim() === '' ? `the API server answered ${status}` : text.trim());
  }
}

/** True when the server answered with this status, e.g. 404 or 409. */
export function answered(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
