import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createRing } from '../../base/ring.ts';
import type { RunEvent, RunRecord, RunSignal } from './events.ts';
import { readJsonLines } from './json-lines.ts';
import type { Answer } from './question.ts';
import { makeSocketFolder } from './socket-path.ts';
import { takeSocket } from './take-socket.ts';

/** What somebody who is attached says to a run. */
export type RunCommand =
  | { type: 'answer'; id: string; answer: Answer; by?: string }
  /** Ends the run after its running effects. */
  | { type: 'stop'; by?: string }
  /** Ends it at once. */
  | { type: 'stop-now'; by?: string }
  /** The value of a sensitive input, kept in memory only. */
  | { type: 'secret'; name: string; value: string };

export interface Publisher {
  publish(event: RunEvent): void;
  /** Lets everybody read to the end, as far as they do so soon, and removes the socket. */
  close(): Promise<void>;
}

/** Above this many unread bytes a reader gets no signals, above that many it is cut off; it may attach again. */
const signalLimit = 256 * 1024;
const recordLimit = 8 * 1024 * 1024;
const keptSignals = 3000;

/**
 * The run's socket, mode 0600: JSON lines both ways. Who connects gets all records so far and the newest signals, then
 * what comes. A slow reader never holds up the run. Throws `Problem` when another process has the run, and when the socket
 * cannot be made.
 */
export async function createPublisher(
  path: string,
  earlier: readonly RunRecord[],
  onCommand: (command: RunCommand) => void,
): Promise<Publisher> {
  const records = earlier.map(toLine);
  const signals = createRing<string>(keptSignals);
  const readers = new Set<Socket>();
  const server = createServer((socket) => {
    readers.add(socket);
    socket.on('close', () => readers.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.write([...records, ...signals.items()].join(''));
    readJsonLines(socket, (value) => {
      if (isCommand(value)) onCommand(value);
    });
  });
  makeSocketFolder(path);
  await takeSocket(path, server);
  return {
    publish(event) {
      const line = toLine(event);
      const isRecord = 'seq' in event;
      if (isRecord) records.push(line);
      else if (isKept(event)) signals.push(line);
      for (const reader of readers) send(reader, line, isRecord);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const reader of readers) reader.end();
      // Who does not read must not keep the process.
      const patience = setTimeout(() => {
        for (const reader of readers) reader.destroy();
      }, 1000);
      await closed;
      clearTimeout(patience);
      rmSync(path, { force: true });
    },
  };
}

function send(reader: Socket, line: string, isRecord: boolean): void {
  if (reader.writableLength > recordLimit) reader.destroy();
  else if (isRecord || reader.writableLength < signalLimit) reader.write(line);
}

// Progress is only of use in its moment; what was said last comes again soon.
function isKept(signal: RunSignal): boolean {
  return signal.type !== 'progress';
}

function toLine(event: RunEvent): string {
  return `${JSON.stringify(event)}\n`;
}

function isCommand(value: unknown): value is RunCommand {
  if (value === null || typeof value !== 'object') return false;
  const { type, id, answer, name, value: text } = value as Record<string, unknown>;
  if (type === 'stop' || type === 'stop-now') return true;
  if (type === 'answer') return typeof id === 'string' && answer !== null && typeof answer === 'object';
  return type === 'secret' && typeof name === 'string' && typeof text === 'string';
}
