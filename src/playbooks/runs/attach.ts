import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../base/errors.ts';
import type { RunEvent } from './events.ts';
import { readJournal } from './journal.ts';
import { readJsonLines } from './json-lines.ts';
import { findRun } from './list-runs.ts';
import type { RunCommand } from './publisher.ts';
import type { Answer } from './question.ts';
import { readRecording } from './recording.ts';
import { type RunPaths, runPaths } from './run-folder.ts';
import { connectToRun } from './run-process.ts';

/** A run that somebody looks at. */
export interface AttachedRun {
  readonly id: string;
  readonly folder: string;
  /**
   * All records so far, then what comes, each record once. Ends when the run's process has ended; with the signal
   * `interrupted` when nothing says how. To be read once.
   */
  readonly events: AsyncIterable<RunEvent>;
  /** Throws `Problem` when the run's process is gone. */
  answer(questionId: string, answer: Answer): Promise<void>;
  stop(): Promise<void>;
  stopNow(): Promise<void>;
  /** Looks away; the run goes on. */
  close(): void;
}

/** Attaches to a run by its id or a part of it that fits no other. Throws `Problem` when there is none. */
export async function attachRun(name: string, by = 'attached'): Promise<AttachedRun> {
  const { id, folder } = await findRun(name);
  return attachToFolder(id, folder, by);
}

/** The same by a run's folder. */
export function attachToFolder(id: string, folder: string, by = 'attached'): AttachedRun {
  const paths = runPaths(folder);
  const closing = new AbortController();
  const tell = async (command: RunCommand) => {
    const socket = await connectToRun(paths.socket);
    if (!socket)
      throw new Problem(`The run ${id} has no process that could be told`, {
        next: [`tars-console resume ${id}`, `tars-console runs show ${id}`],
      });
    // What the run sends is not read here; it must still be taken for the socket to close in order.
    socket.resume();
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.end(`${JSON.stringify(command)}\n`);
      setTimeout(() => socket.destroy(), 2000).unref();
    });
  };
  return {
    id,
    folder,
    events: follow(paths, closing.signal),
    answer: (question, answer) => tell({ type: 'answer', id: question, answer, by }),
    stop: () => tell({ type: 'stop', by }),
    stopNow: () => tell({ type: 'stop-now', by }),
    close: () => closing.abort(),
  };
}

async function* follow(paths: RunPaths, signal: AbortSignal): AsyncGenerator<RunEvent> {
  let seq = 0;
  // Says how it ended, or that nothing will.
  let ended = false;
  let live = false;
  const isNew = (event: RunEvent) => {
    if (event.type === 'interrupted') ended = true;
    if (!('seq' in event)) return true;
    if (event.seq <= seq) return false;
    seq = event.seq;
    ended = event.type === 'run-ended';
    return true;
  };
  // A reader that was cut off, because it was slow, goes on where it was.
  for (let attempt = 0; attempt < 3 && !signal.aborted; attempt += 1) {
    const socket = await connectToRun(paths.socket);
    if (!socket) {
      await wait(live ? 0 : 50);
      continue;
    }
    live = true;
    attempt = 0;
    for await (const event of eventsOf(socket, signal)) if (isNew(event)) yield event;
    if (ended) return;
  }
  if (signal.aborted) return;
  if (!live) for (const event of readRecording(paths)) if (isNew(event)) yield event;
  for (const record of readJournal(paths.journal)) if (isNew(record)) yield record;
  if (!ended) yield { type: 'interrupted', at: new Date().toISOString() };
}

async function* eventsOf(socket: Socket, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const waiting: RunEvent[] = [];
  let over = false;
  let wake: () => void = () => {};
  const abort = () => socket.destroy();
  readJsonLines(socket, (event) => {
    waiting.push(event as RunEvent);
    // Back-pressure: whoever reads slowly lets the socket fill, and the run leaves signals out.
    if (waiting.length > 5000) socket.pause();
    wake();
  });
  socket.on('close', () => {
    over = true;
    wake();
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    while (!signal.aborted) {
      const batch = waiting.splice(0);
      socket.resume();
      yield* batch;
      if (waiting.length > 0) continue;
      if (over) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}
