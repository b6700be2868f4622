import { Server } from 'node:http';
import { Duplex } from 'node:stream';
import type { RunningContainer } from '../container.ts';
import { answerRequest } from '../http-front.ts';
import { serveRedis } from './redis-protocol.ts';

/**
 * A connection to a port of a container, as bytes: HTTP for what answers it, Redis' protocol for a Redis. The returned end is
 * the client's. Undefined when nothing listens there.
 */
export function connectToPort(container: RunningContainer | undefined, port: number): Duplex | undefined {
  if (!container) return undefined;
  const [client, server] = createLink();
  const { process } = container;
  if (process.command && port === 6379) serveRedis(server, (parts) => process.command?.(parts));
  else {
    const http = new Server((incoming, outgoing) => {
      void answerRequest(incoming, outgoing, async (request) => container.handle(request, port));
    });
    http.on('clientError', () => server.destroy());
    http.emit('connection', server);
  }
  const end = () => server.destroy();
  container.signal.addEventListener('abort', end, { once: true });
  server.once('close', () => {
    container.signal.removeEventListener('abort', end);
    client.destroy();
  });
  return client;
}

/** Two ends of a connection that leads nowhere else. */
function createLink(): [Duplex, Duplex] {
  const make = (other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk, _, done) {
        const end = other();
        if (!end.destroyed) end.push(chunk);
        done();
      },
      final(done) {
        const end = other();
        if (!end.destroyed) end.push(null);
        done();
      },
    });
  const first: Duplex = make(() => second);
  const second: Duplex = make(() => first);
  first.on('error', () => {});
  second.on('error', () => {});
  first.once('close', () => second.destroy());
  return [first, second];
}
