import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../base/errors.ts';

const longestWaitMs = 30_000;

/** Holds a lock file while the work is done; a lock whose process is gone is nobody's. Throws a `Problem` after 30 s. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + longestWaitMs;
  while (!take(file)) {
    if (Date.now() > deadline)
      throw new Problem('Another console has been starting or stopping this sandbox for too long', {
        where: file,
        next: ['Wait for it, or delete the lock file if no other console runs'],
      });
    await delay(50);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    breakIfAbandoned(file);
    return false;
  }
}

function breakIfAbandoned(file: string): void {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    // An empty file was made a moment ago and gets its number next.
    if (!Number.isInteger(holder) || holder <= 0 || isAlive(holder)) return;
    // Renaming makes sure that of several who see this only one takes it away.
    const aside = `${file}.${process.pid}`;
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Whether a process of this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
