import { createServer, type RequestListener } from 'node:http';
import { Duplex } from 'node:stream';

/** Connections that never leave this process: for the cluster's own parts, which live beside the API server. */
export interface InnerConnections {
  /** A new connection to the server, as its client holds it. */
  connect(): Duplex;
  close(): void;
}

/** Plain HTTP over pairs of streams: no system calls, no encryption, and nobody outside can reach them. */
export function acceptInside(answer: RequestListener): InnerConnections {
  const server = createServer(answer);
  const open = new Set<Duplex>();
  return {
    connect() {
      const [near, far] = connectedPair();
      open.add(near);
      near.once('close', () => open.delete(near));
      server.emit('connection', far);
      return near;
    },
    close() {
      for (const stream of open) stream.destroy();
    },
  };
}

/** Two ends: what is written to one is read from the other. */
function connectedPair(): [Duplex, Duplex] {
  const near: Duplex = createEnd(() => far);
  const far: Duplex = createEnd(() => near);
  return [near, far];
}

const roomy = Symbol('roomy');

/**
 * What is written arrives in the next turn of the event loop, as from a socket: two parts that answer each other at once would
 * keep everybody else from being heard.
 */
function createEnd(peer: () => Duplex): Duplex {
  const deliver = (data: Buffer, callback: () => void) =>
    void setImmediate(() => {
      const other = peer();
      if (other.destroyed || other.push(data)) callback();
      else other.once(roomy, callback);
    });
  return new Duplex({
    read() {
      this.emit(roomy);
    },
    write: (data: Buffer, _encoding, callback) => deliver(data, callback),
    writev: (parts, callback) => deliver(Buffer.concat(parts.map(({ chunk }) => chunk as Buffer)), callback),
    final(callback) {
      setImmediate(() => {
        peer().push(null);
        callback();
      });
    },
    destroy(error, callback) {
      setImmediate(() => peer().destroy());
      callback(error);
    },
  });
}
