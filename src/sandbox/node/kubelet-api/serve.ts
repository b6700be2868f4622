import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { KubeletApi } from '../../api/delegates.ts';

export interface KubeletServerOptions {
  /** PEM. `ca` signs the only client that may call. */
  cert: string | Buffer;
  key: string | Buffer;
  ca: string | Buffer;
  /** Common name of that client's certificate. */
  client: string;
}

/** Serves a kubelet API over TLS on a free loopback port. Whoever has not the API server's certificate gets 401. */
export async function serveKubeletApi(
  api: KubeletApi,
  options: KubeletServerOptions,
): Promise<{ port: number; close(): void }> {
  const { cert, key, ca, client } = options;
  const known = (socket: TLSSocket) => socket.authorized && socket.getPeerCertificate().subject?.CN === client;
  const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false }, (incoming, response) => {
    if (known(incoming.socket as TLSSocket)) api.request(incoming, response, incoming.url ?? '/');
    else response.writeHead(401).end('Unauthorized');
  });
  server.on('upgrade', (incoming, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (known(incoming.socket as TLSSocket)) api.upgrade(incoming, socket, head, incoming.url ?? '/');
    else socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
