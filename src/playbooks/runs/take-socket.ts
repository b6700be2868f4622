import { chmodSync, mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../base/errors.ts';
import { isRunning } from './run-process.ts';

/** Nobody holds a guard for longer than it takes to look at a socket and to listen on it. */
const guardMs = 5000;

/**
 * Listens on a run's socket, mode 0600, in the place of a process that has gone. Of several that try it in the same moment
 * one succeeds: to look whether somebody answers and to listen oneself is one act, under a guard. Throws `Problem` for the
 * others, and when a process answers there already: the run is its.
 */
export async function takeSocket(path: string, server: Server): Promise<void> {
  const guard = `${path}.guard`;
  await takeGuard(guard);
  try {
    if (await isRunning(path))
      throw new Problem('This run is going on in another process', {
        next: ['tars-console runs'],
      });
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    chmodSync(path, 0o600);
  } finally {
    rmdirSync(guard);
  }
}

/** A folder can be made once only, whoever tries. One that a killed process has left is taken away when it is old. */
async function takeGuard(guard: string): Promise<void> {
  for (;;) {
    try {
      mkdirSync(guard, { mode: 0o700 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (ageOf(guard) > guardMs) rmSync(guard, { recursive: true, force: true });
    else await wait(20);
  }
}

function ageOf(guard: string): number {
  const found = statSync(guard, { throwIfNoEntry: false });
  return found ? Math.abs(Date.now() - found.mtimeMs) : 0;
}
