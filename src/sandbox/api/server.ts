import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem } from '../../base/errors.ts';
import { createAccess } from './auth/access.ts';
import { bootstrapRoles } from './auth/bootstrap-roles.ts';
import { keepTokenSecrets } from './auth/token-secrets.ts';
import { anonymous, innerPart, owner, type User } from './auth/user.ts';
import { makeCertificate } from './certificate.ts';
import { keepDefinitions } from './custom/definition-keeper.ts';
import type { Delegates } from './delegates.ts';
import { StatusError } from './errors.ts';
import { handle } from './handle.ts';
import { acceptInside } from './inner-connections.ts';
import { keepLocalServices } from './local-services.ts';
import { createRegistry } from './registry.ts';
import { respondError } from './respond.ts';
import type { ServerContext } from './server-context.ts';
import { createStore } from './store.ts';
import { acceptUpgrades } from './upgrades.ts';

export interface ApiServerOptions {
  /** 0 or nothing: any free one. */
  port?: number;
  /** Of the owner; one is made when none is given. */
  token?: string;
  /** Of the cluster's own parts, which may do everything too. */
  innerToken?: string;
  delegates?: Delegates;
  /** Told of every request of a known user from outside; what it returns is called when the request is over. */
  onRequest?: (user: User) => (() => void) | undefined;
}

export interface ApiServer {
  /** `https://127.0.0.1:41234` */
  url: string;
  port: number;
  /** PEM of the authority that signed its certificate. */
  ca: string;
  /** Of the owner. */
  token: string;
  /** A connection for a part of the cluster in this process. It has to show a token too. */
  dial(): Duplex;
  /** Takes what the nodes answer, once they are there. */
  delegate(delegates: Delegates): void;
  close(): Promise<void>;
}

/**
 * An embedded Kubernetes API server on 127.0.0.1. Throws a `Problem` when the port is taken. Everything it holds is in memory
 * and gone when it closes.
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { token = randomBytes(24).toString('base64url'), innerToken } = options;
  const store = createStore();
  const delegates: Delegates = { ...options.delegates };
  const tokens = [{ token, user: owner }, ...(innerToken ? [{ token: innerToken, user: innerPart }] : [])];
  const access = createAccess(store, tokens, Date.now);
  const context: ServerContext = { store, registry: createRegistry(store), delegates, access, now: Date.now };
  keepDefinitions(context);
  const certificate = await makeCertificate();
  bootstrapRoles(context);
  keepLocalServices(context);
  keepTokenSecrets(context, certificate.ca);
  const answer = (incoming: IncomingMessage, response: ServerResponse, within = false) => {
    const user = access.authenticator.of(incoming);
    if (!user) return respondError(response, new StatusError(401, 'Unauthorized', 'Unauthorized'));
    const over = within || user === anonymous ? undefined : options.onRequest?.(user);
    if (over) response.once('close', over);
    void handle(context, user, incoming, response);
  };
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (incoming, response) =>
    answer(incoming, response),
  );
  acceptUpgrades(server, answer);
  const inside = acceptInside((incoming, response) => answer(incoming, response, true));
  server.keepAliveTimeout = 90_000;
  const sockets = trackSockets(server);
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    ca: certificate.ca,
    token,
    dial: inside.connect,
    delegate: (more) => {
      Object.assign(delegates, more);
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      inside.close();
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
