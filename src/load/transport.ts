import { Client, type Dispatcher } from 'undici';
import { type CacheOutcome, cacheReader } from './cache-rule.ts';
import type { PreparedRequest } from './request-values.ts';
import type { CacheRule } from './scenario.ts';

/** Where a load goes. */
export interface LoadAddress {
  /** What is dialled: scheme, host, port. A path in it goes before the scenario's. */
  url: string;
  /** The Host header, and the name in TLS, where they are not the dialled host: an Ingress on a loopback port. */
  host?: string | undefined;
  /** PEM certificates to trust instead of the system's. */
  ca?: string | undefined;
  /** Takes any certificate. Only when somebody said so. */
  insecure?: boolean | undefined;
}

export interface ExchangeEvents {
  /** The request goes onto the wire now. */
  written(slot: number): void;
  /** The answer is complete. */
  answered(slot: number, status: number, cache: CacheOutcome): void;
  /** There is no answer and there will be none; the code says why, e.g. `ECONNREFUSED`. */
  failed(slot: number, code: string): void;
}

/** One connection each for `slots` requests at a time; after each `send` exactly one of `answered` and `failed` follows. */
export interface Transport {
  send(slot: number, request: PreparedRequest): void;
  /** Gives the request up, with its connection; `failed` follows. */
  abort(slot: number, code: string): void;
  close(): Promise<void>;
}

export interface TransportOptions {
  address: LoadAddress;
  slots: number;
  timeoutMs: number;
  cache: CacheRule | undefined;
}

/** One undici Client for each connection: half the CPU of its Pool, and no queue that hides waiting. */
export function createTransport(options: TransportOptions, events: ExchangeEvents): Transport {
  const { address } = options;
  const url = new URL(address.url);
  const prefix = url.pathname === '/' ? '' : url.pathname.replace(/\/$/, '');
  const host = address.host;
  const clients: (Client | undefined)[] = Array(options.slots).fill(undefined);
  const handlers: Exchange[] = [];
  const open = () =>
    new Client(url.origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: options.timeoutMs,
        ...(host ? { servername: host.replace(/:\d+$/, '') } : {}),
        ...(address.ca ? { ca: address.ca } : {}),
        ...(address.insecure ? { rejectUnauthorized: false } : {}),
      },
    });
  const replace = (slot: number, code: string) => {
    // A Client whose certificate was refused never sends again (undici 7, handleConnectError); after any failure the
    // next request gets a new one. Not from inside of its own callback.
    const client = clients[slot];
    clients[slot] = undefined;
    if (client) setImmediate(() => client.destroy().catch(() => {}));
    events.failed(slot, code);
  };
  return {
    send(slot, request) {
      clients[slot] ??= open();
      handlers[slot] ??= createExchange(slot, options.cache, { ...events, failed: replace });
      const { method, path, body, headers } = request;
      clients[slot].dispatch(
        {
          method: method as Dispatcher.HttpMethod,
          path: prefix + path,
          headers: host ? { ...headers, host } : headers,
          ...(body === undefined ? {} : { body }),
        },
        handlers[slot].handler,
      );
    },
    abort(slot, code) {
      handlers[slot]?.abort(code);
    },
    async close() {
      await Promise.all(clients.map((client) => client?.destroy()));
    },
  };
}

interface Exchange {
  handler: Dispatcher.DispatchHandler;
  abort(code: string): void;
}

/** The handler of one slot, used again for each of its requests. */
function createExchange(slot: number, rule: CacheRule | undefined, events: ExchangeEvents): Exchange {
  const reader = cacheReader(rule);
  let controller: Dispatcher.DispatchController | undefined;
  let status = 0;
  let cache: CacheOutcome;
  let chunks: Buffer[] = [];
  let abortCode: string | undefined;
  const fail = (error: NodeJS.ErrnoException) => {
    const code = abortCode ?? error.code ?? 'ERROR';
    abortCode = undefined;
    controller = undefined;
    events.failed(slot, code);
  };
  return {
    handler: {
      onRequestStart(given) {
        controller = given;
        cache = undefined;
        chunks = [];
        if (abortCode === undefined) events.written(slot);
        else given.abort(new Error(abortCode));
      },
      onResponseStart(_, statusCode, headers) {
        status = statusCode;
        if (reader.byHeader) cache = reader.byHeader(headers);
      },
      onResponseData(_, chunk) {
        if (reader.byBody) chunks.push(chunk);
      },
      onResponseEnd() {
        controller = undefined;
        abortCode = undefined;
        events.answered(slot, status, reader.byBody ? reader.byBody(chunks) : cache);
      },
      onResponseError(_, error) {
        fail(error);
      },
    },
    abort(code) {
      // Without a controller the connection is not up yet: it is given up as soon as it is.
      abortCode = code;
      controller?.abort(new Error(code));
    },
  };
}
