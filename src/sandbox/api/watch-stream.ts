import type { ServerResponse } from 'node:http';

/** A watcher that does not read is cut off when this much of what is new waits for it. */
const largestBacklog = 16 * 1024 * 1024;
/** Of what was there at the start, the next is made when less than this waits. */
const madeAhead = 256 * 1024;

/** The lines that go to one watcher. */
export interface WatchStream {
  send(line: Buffer | string): void;
  /** Sends what waits and ends the answer. */
  end(): void;
}

/**
 * Sends the opening lines as fast as the client reads them, however many they are, and then what is sent. What is sent in one turn
 * of the event loop leaves as one write: encrypting and the system call cost more than making the line.
 */
export function createWatchStream(response: ServerResponse, opening: Iterable<Buffer | string> = []): WatchStream {
  let rest: Iterator<Buffer | string> | undefined = opening[Symbol.iterator]();
  let waiting: Buffer[] = [];
  let size = 0;
  const write = () => {
    if (waiting.length > 0) response.write(waiting.length === 1 ? waiting[0] : Buffer.concat(waiting));
    waiting = [];
    size = 0;
  };
  const add = (line: Buffer | string) => {
    const bytes = typeof line === 'string' ? Buffer.from(line) : line;
    waiting.push(bytes);
    size += bytes.length;
  };
  const open = () => {
    if (!rest || response.destroyed) return;
    // What is new meanwhile waits behind it.
    const [later, laterSize] = [waiting, size];
    [waiting, size] = [[], 0];
    while (rest && response.writableLength + size < madeAhead) {
      const { value, done } = rest.next();
      if (done) rest = undefined;
      else add(value);
    }
    write();
    [waiting, size] = [later, laterSize];
    if (!rest) flush();
    else if (response.writableNeedDrain) response.once('drain', open);
    else setImmediate(open);
  };
  const flush = () => {
    if (response.destroyed) return;
    if (!rest) write();
    if (response.writableLength + size > largestBacklog) response.destroy();
  };
  open();
  return {
    send(line) {
      if (waiting.length === 0) setImmediate(flush);
      add(line);
    },
    end() {
      rest = undefined;
      flush();
      if (!response.writableEnded) response.end();
    },
  };
}
