import type { ServerResponse } from 'node:http';

/** A watcher that does not read is cut off when this much waits for it. */
const largestBacklog = 16 * 1024 * 1024;

/** The lines that go to one watcher. */
export interface WatchStream {
  send(line: Buffer | string): void;
  /** Sends what waits and ends the answer. */
  end(): void;
}

/**
 * What is sent in one turn of the event loop leaves as one write: encrypting and the system call cost more than making the
 * line.
 */
export function createWatchStream(response: ServerResponse): WatchStream {
  let waiting: Buffer[] = [];
  const flush = () => {
    if (waiting.length === 0 || response.destroyed) return;
    response.write(waiting.length === 1 ? waiting[0] : Buffer.concat(waiting));
    waiting = [];
    if (response.writableLength > largestBacklog) response.destroy();
  };
  return {
    send(line) {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push(typeof line === 'string' ? Buffer.from(line) : line);
    },
    end() {
      flush();
      if (!response.writableEnded) response.end();
    },
  };
}
