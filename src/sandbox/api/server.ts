import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem } from '../../base/errors.ts';
import { makeCertificate } from './certificate.ts';
import type { Delegates } from './delegates.ts';
import { StatusError } from './errors.ts';
import { handle } from './handle.ts';
import { createRegistry } from './registry.ts';
import { respondError } from './respond.ts';
import type { ServerContext } from './server-context.ts';
import { createStore } from './store.ts';

export interface ApiServerOptions {
  /** 0 or nothing: any free one. */
  port?: number;
  /** Bearer tokens that are let in; one is made when none is given. */
  tokens?: readonly string[];
  delegates?: Delegates;
  /** Told of every request that was let in, with its client's token; what it returns is called when the request is over. */
  onRequest?: (token: string) => (() => void) | undefined;
}

export interface ApiServer {
  /** `https://127.0.0.1:41234` */
  url: string;
  port: number;
  /** PEM of the authority that signed its certificate. */
  ca: string;
  /** The first of its tokens. */
  token: string;
  /** Takes what the nodes answer, once they are there. */
  delegate(delegates: Delegates): void;
  close(): Promise<void>;
}

/**
 * An embedded Kubernetes API server on 127.0.0.1. Throws a `Problem` when the port is taken. Everything it holds is in memory
 * and gone when it closes.
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const tokens = options.tokens && options.tokens.length > 0 ? options.tokens : [randomBytes(24).toString('base64url')];
  const store = createStore();
  const delegates: Delegates = { ...options.delegates };
  const context: ServerContext = { store, registry: createRegistry(store), delegates, now: Date.now };
  const certificate = await makeCertificate();
  const tokenOf = createTokenCheck(tokens);
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (incoming, response) => {
    const token = tokenOf(incoming);
    if (token === undefined) return refuse(incoming, response);
    const over = options.onRequest?.(token);
    if (over) response.once('close', over);
    void handle(context, incoming, response);
  });
  server.keepAliveTimeout = 90_000;
  const sockets = trackSockets(server);
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    ca: certificate.ca,
    token: tokens[0] ?? '',
    delegate: (more) => {
      Object.assign(delegates, more);
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

function trackSockets(server: Server): Set<Duplex> {
  const sockets = new Set<Duplex>();
  for (const event of ['connection', 'secureConnection'])
    server.on(event, (socket: Duplex) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
  return sockets;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const next = error.code === 'EADDRINUSE' ? ['Choose another port with --port, or let it be chosen'] : [];
      reject(new Problem(`The sandbox cannot listen on 127.0.0.1:${port} (${error.code})`, { next, cause: error }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Reads the token of a request if it is one of ours. Compared by hash, so that the time tells nothing. */
function createTokenCheck(tokens: readonly string[]): (incoming: IncomingMessage) => string | undefined {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const known = tokens.map((token) => ({ token, hash: hash(token) }));
  return (incoming) => {
    const [, given] = /^Bearer\s+(\S+)$/i.exec(incoming.headers.authorization ?? '') ?? [];
    if (given === undefined) return undefined;
    const wanted = hash(given);
    return known.filter((one) => timingSafeEqual(one.hash, wanted))[0]?.token;
  };
}

function refuse(incoming: IncomingMessage, response: ServerResponse): void {
  // Whether it lives is no secret; a real server tells everybody too.
  if (['/healthz', '/livez', '/readyz'].includes(incoming.url ?? '')) return void response.end('ok');
  respondError(response, new StatusError(401, 'Unauthorized', 'Unauthorized'));
}
