import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { acceptWebSocket } from './channels.ts';

/** What stands before the names of SPDY's protocols in a WebSocket that carries SPDY. */
const tunnelPrefix = 'SPDY/3.1+';

export interface ClientConnection {
  incoming: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** Whether a client wants SPDY, by itself or in the messages of a WebSocket. */
export function wantsSpdy(incoming: IncomingMessage): boolean {
  const { headers } = incoming;
  return isSpdy(incoming) || listOf(headers['sec-websocket-protocol']).some((one) => one.startsWith(tunnelPrefix));
}

/**
 * Upgrades to SPDY/3.1 with the first of the client's protocols that is `served` and gives what carries its frames. Undefined
 * when there is none: that was answered as the kubelet does (`streaming/pkg/httpstream`, Handshake).
 */
export async function upgradeToSpdy(
  { incoming, socket, head }: ClientConnection,
  served: readonly string[],
): Promise<{ connection: Duplex; protocol: string } | undefined> {
  if (!isSpdy(incoming)) {
    const wanted = listOf(incoming.headers['sec-websocket-protocol']);
    const protocol = served.find((one) => wanted.includes(tunnelPrefix + one));
    if (!protocol) return refuse(socket, wanted, served);
    const webSocket = await acceptWebSocket(incoming, socket, head, tunnelPrefix + protocol);
    return { connection: createWebSocketStream(webSocket), protocol };
  }
  const wanted = listOf(incoming.headers['x-stream-protocol-version']);
  const protocol = wanted.find((one) => served.includes(one));
  if (!protocol) return refuse(socket, wanted, served);
  const headers = `Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n`;
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`);
  if (head.length > 0) socket.unshift(head);
  return { connection: socket, protocol };
}

export function isSpdy({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'spdy/3.1';
}

function listOf(header: string | string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((one) => one.split(',').map((text) => text.trim()));
}

function refuse(socket: Duplex, wanted: readonly string[], served: readonly string[]): undefined {
  const text = `unable to upgrade: unable to negotiate protocol: client supports [${wanted.join(' ')}], server accepts [${served.join(' ')}]`;
  const accepted = served.map((one) => `X-Accepted-Stream-Protocol-Versions: ${one}\r\n`).join('');
  const head = `HTTP/1.1 403 Forbidden\r\n${accepted}Content-Type: text/plain; charset=utf-8\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`);
}
