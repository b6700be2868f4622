import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** One WebSocket that carries several streams: the first byte of each message says which (`pkg/httpstream/wsstream/conn.go`). */
export interface Channels {
  readonly protocol: string;
  send(channel: number, data: string | Buffer): void;
  /** What comes on a channel. */
  on(channel: number, onData: (data: Buffer) => void): void;
  /** The client ends a channel (v5), or everything. */
  onEnd(channel: number, ended: () => void): void;
  readonly closed: AbortSignal;
  close(): void;
}

/**
 * Bytes that may wait for a client to read them; then it is cut off. Programs in a container are not stopped by a pipe that
 * is full, so that `yes` would fill the memory of the sandbox. A file that is copied out is sent at once, and much smaller.
 */
export const mostUnread = 128 * 1024 * 1024;

/** Closes a stream in `v5.channel.k8s.io`. */
const closeSign = 255;

/**
 * Accepts an upgrade to the first protocol of the client's that is served; else answers 403 with nothing, as Go's WebSocket
 * server does.
 */
export function openChannels(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  served: readonly string[],
): Promise<Channels | undefined> {
  const wanted = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const protocol = wanted.find((one) => served.includes(one));
  if (protocol === undefined) {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return Promise.resolve(undefined);
  }
  return acceptWebSocket(incoming, socket, head, protocol).then((ws) => channelsOf(ws, protocol));
}

/** Upgrades with this subprotocol, whatever signs are in its name: ws itself refuses a slash. */
export function acceptWebSocket(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string,
): Promise<WebSocket> {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: 64 * 1024 * 1024 });
  delete incoming.headers['sec-websocket-protocol'];
  if (protocol !== '') server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise((resolve) => server.handleUpgrade(incoming, socket, head, (ws) => resolve(ws)));
}

function channelsOf(ws: WebSocket, protocol: string): Channels {
  const base64 = protocol.includes('base64');
  const readers = new Map<number, (data: Buffer) => void>();
  const enders = new Map<number, () => void>();
  const closing = new AbortController();
  ws.on('message', (message: Buffer) => {
    const [sign] = message;
    if (sign === undefined) return;
    const channel = base64 ? sign - 48 : sign;
    if (channel === closeSign && protocol.startsWith('v5')) enders.get(message[1] ?? closeSign)?.();
    else readers.get(channel)?.(base64 ? Buffer.from(message.subarray(1).toString(), 'base64') : message.subarray(1));
  });
  ws.on('close', () => {
    closing.abort();
    for (const ended of enders.values()) ended();
  });
  ws.on('error', () => ws.terminate());
  return {
    protocol,
    send(channel, data) {
      if (ws.readyState !== ws.OPEN) return;
      const bytes = Buffer.from(data);
      if (base64) ws.send(`${channel}${bytes.toString('base64')}`);
      else ws.send(Buffer.concat([Buffer.from([channel]), bytes]));
      if (ws.bufferedAmount > mostUnread) ws.terminate();
    },
    on: (channel, onData) => void readers.set(channel, onData),
    onEnd: (channel, ended) => void enders.set(channel, ended),
    closed: closing.signal,
    close: () => ws.close(1000),
  };
}
