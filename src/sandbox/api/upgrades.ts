import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Duplex } from 'node:stream';

/** A connection whose client wants to speak something else than HTTP. */
export interface Upgrade {
  socket: Duplex;
  head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/**
 * Lets requests with `Connection: Upgrade` run the way of all others, with a response on their socket: who asks, whether he
 * may and what is wrong is answered as ever. Whoever upgrades takes the connection by `takeUpgrade`.
 */
export function acceptUpgrades(
  server: Server,
  answer: (incoming: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrades.set(incoming, { socket, head });
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(incoming);
    response.shouldKeepAlive = false;
    // On a socket of its own making the response would wait for a parser that has gone.
    response.assignSocket(socket as never);
    response.once('finish', () => socket.end());
    answer(incoming, response);
  });
}

/** The connection, for whoever answers by upgrading it; undefined when the client did not ask for that. */
export function takeUpgrade(incoming: IncomingMessage, response: ServerResponse): Upgrade | undefined {
  const upgrade = upgrades.get(incoming);
  if (!upgrade) return undefined;
  upgrades.delete(incoming);
  response.detachSocket(upgrade.socket as never);
  // Nobody writes on it any more; whoever counts requests learns of the end with the connection's.
  upgrade.socket.once('close', () => response.emit('close'));
  return upgrade;
}

export function wantsUpgrade(incoming: IncomingMessage): boolean {
  return upgrades.has(incoming);
}
