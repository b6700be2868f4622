import type { ClientRequest, IncomingMessage } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import { Problem } from '../../base/errors.ts';
import type { MessageStream, StreamRequest } from '../connection.ts';
import type { Credentials } from './credentials.ts';
import { TimeoutError, urlOf } from './send.ts';

/** An answer in place of the upgrade. */
export interface RefusedStream {
  refused: { status: number; headers: Record<string, string>; text: string };
}

/** Unread bytes at which the server is no longer read from, so that it stops sending. */
const mostUnread = 1024 * 1024;
/** As client-go's `remotecommand/websocket.go`: a line that is silent for so long in spite of pings is dead. */
const pingMs = 15_000;
const silentMs = 60_000;

/**
 * Asks for an upgrade to a WebSocket. Resolves when it stands, or with the answer that came in its place. Rejects with the
 * network's error, a `TimeoutError`, or the signal's reason.
 */
export function openStream(
  server: URL,
  credentials: Credentials,
  request: StreamRequest,
  closing: AbortSignal,
): Promise<MessageStream | RefusedStream> {
  const url = urlOf(server, { path: request.path });
  for (const [name, value] of request.query ?? []) url.searchParams.append(name, value);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  const signal = request.signal ? AbortSignal.any([request.signal, closing]) : closing;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = new WebSocket(url, [...request.protocols], {
      agent: credentials.agent,
      headers: { 'user-agent': 'tars-console', ...credentials.headers },
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: 64 * 1024 * 1024,
    });
    const stream = streamOf(socket, signal);
    const fail = (error: unknown) => {
      release();
      stream.close();
      reject(error);
    };
    const timer = setTimeout(() => fail(new TimeoutError()), request.timeoutMs ?? 30_000);
    const onAbort = () => fail(signal.reason);
    const release = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', fail);
    socket.once('open', () => {
      release();
      socket.off('error', fail);
      resolve(stream);
    });
    socket.once('unexpected-response', (_: ClientRequest, answer: IncomingMessage) => {
      release();
      readRefusal(answer).then(resolve, reject);
    });
  });
}

async function readRefusal(answer: IncomingMessage): Promise<RefusedStream> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > 64 * 1024) break;
    }
  } finally {
    answer.destroy();
  }
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  return { refused: { status: answer.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString('utf8') } };
}

/** Messages are kept from the first on, for the server may send them together with the upgrade. */
function streamOf(socket: WebSocket, signal: AbortSignal): MessageStream {
  const unread: Buffer[] = [];
  let unreadBytes = 0;
  let end: { error: unknown } | undefined;
  let heardAt = Date.now();
  let wake = () => {};
  const finish = (error: unknown) => {
    end ??= { error };
    clearInterval(pings);
    signal.removeEventListener('abort', onAbort);
    wake();
  };
  const onAbort = () => {
    finish(signal.reason);
    socket.terminate();
  };
  const pings = setInterval(() => {
    // Who is paused does not hear the answers to pings either.
    if (socket.isPaused) heardAt = Date.now();
    if (Date.now() - heardAt <= silentMs) return void (socket.readyState === socket.OPEN && socket.ping());
    finish(new Problem(`The connection has been silent for ${silentMs / 1000} s`));
    socket.terminate();
  }, pingMs);
  pings.unref();
  signal.addEventListener('abort', onAbort, { once: true });
  socket.on('pong', () => {
    heardAt = Date.now();
  });
  socket.on('message', (data: RawData) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    heardAt = Date.now();
    unread.push(bytes);
    unreadBytes += bytes.length;
    if (unreadBytes > mostUnread) socket.pause();
    wake();
  });
  socket.on('error', finish);
  socket.on('close', (code: number, reason: Buffer) => finish(endOf(code, reason.toString())));
  return {
    get protocol() {
      return socket.protocol;
    },
    async *messages() {
      for (;;) {
        const message = unread.shift();
        if (message) {
          unreadBytes -= message.length;
          if (socket.isPaused && unreadBytes < mostUnread / 2) socket.resume();
          yield message;
        } else if (end) {
          if (end.error !== undefined) throw end.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(message, (error) => (error ? reject(error) : resolve()));
      }),
    close() {
      signal.removeEventListener('abort', onAbort);
      clearInterval(pings);
      // An error of a socket that nobody wants any more is none.
      socket.on('error', () => {});
      if (socket.readyState === socket.OPEN) {
        socket.close(1000);
        setTimeout(() => socket.terminate(), 1000).unref();
      } else socket.terminate();
    },
  };
}

/** 1000 is a good end, 1005 one without a word; anything else is a fault on the way. */
function endOf(code: number, reason: string): unknown {
  if (code === 1000 || code === 1005) return undefined;
  const what = code === 1006 ? 'The connection broke off' : `The connection was closed (${code})`;
  return new Problem(reason === '' ? what : `${what}: ${reason}`, {
    next: ['Try again; a proxy or load balancer in between may cut connections that stay open'],
  });
}
