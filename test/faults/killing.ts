import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunRecord } from '../../src/playbooks/runs/events.ts';
import { readJournal } from '../../src/playbooks/runs/journal.ts';
import { runPaths, runsFolder } from '../../src/playbooks/runs/run-folder.ts';
import { type Finished, finished, startProgram } from '../cli/program-process.ts';

export interface Command {
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
}

export interface Killed {
  id: string;
  folder: string;
  /** Number of its last record. */
  seq: number;
  /** It was over before it could be killed. */
  over: boolean;
}

/** A run whose process can be met. */
export interface Begun {
  id: string;
  folder: string;
  pid: number;
}

/** Starts a run and kills its process once `ready` says so. */
export async function startAndKill({ args, env, cwd }: Command, ready: (run: Begun) => Promise<void>): Promise<Killed> {
  const before = runFolders();
  const starterEnded = finished(startProgram(args, env, cwd));
  const run = await begun(before, starterEnded);
  await ready(run);
  const killed = kill(run);
  const { code } = await starterEnded;
  if (!killed.over && code === 0) throw new Error(`${run.id} ended with 0, though its process was killed`);
  return killed;
}

export function runFolders(): string[] {
  return existsSync(runsFolder()) ? readdirSync(runsFolder()) : [];
}

/** The run that is not among these, once it has a record. Throws when who starts it ends before. */
export async function begun(before: readonly string[], starter?: Promise<Finished>): Promise<Begun> {
  let ended: Finished | undefined;
  void starter?.then((end) => {
    ended = end;
  });
  for (;;) {
    const over = ended;
    const id = runFolders().find((one) => !before.includes(one));
    const folder = `${runsFolder()}/${id}`;
    const [first] = id === undefined ? [] : readJournal(runPaths(folder).journal);
    if (id !== undefined && first?.type === 'run-started') return { id, folder, pid: first.pid };
    if (over) throw new Error(`no run has begun: ${over.stderr}`);
    await wait(1);
  }
}

/** Resolves when a run's journal has so many records, or is over. */
export async function reached(folder: string, place: number): Promise<void> {
  for (;;) {
    const last = readJournal(runPaths(folder).journal).at(-1);
    if ((last?.seq ?? 0) >= place || last?.type === 'run-ended') return;
    await wait(1);
  }
}

/** Resolves when a run has a record that fits. */
export async function recorded({ folder }: Begun, fits: (record: RunRecord) => boolean): Promise<void> {
  while (!readJournal(runPaths(folder).journal).some(fits)) await wait(10);
}

export function kill({ id, folder, pid }: Begun): Killed {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  const last = readJournal(runPaths(folder).journal).at(-1);
  return { id, folder, seq: last?.seq ?? 0, over: last?.type === 'run-ended' };
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function createLuck(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
