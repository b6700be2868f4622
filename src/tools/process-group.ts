import { setTimeout as wait } from 'node:timers/promises';

const living = new Set<number>();
let watching = false;

/** Groups of children that end with us: whoever stops at once must not leave a program behind that goes on changing things. */
export function watchGroup(pid: number): () => void {
  living.add(pid);
  if (!watching) {
    watching = true;
    process.on('exit', () => {
      for (const one of living) signalGroup(one, 'SIGTERM');
    });
  }
  return () => void living.delete(pid);
}

/** Sends a signal to a process and all that it started. False when none of them is there any more. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    // On some systems a group of zombies may not be signalled.
    return (error as NodeJS.ErrnoException).code === 'EPERM' && signal !== 0;
  }
}

const pollMs = 25;

/** Ends a group: SIGTERM at once, SIGKILL to what is left after the grace (milliseconds). Resolves when nothing is left. */
export async function endGroup(pid: number, graceMs: number): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM') || (await isGone(pid, graceMs))) return;
  signalGroup(pid, 'SIGKILL');
  await isGone(pid, 1000);
}

async function isGone(pid: number, withinMs: number): Promise<boolean> {
  for (const startedAt = Date.now(); signalGroup(pid, 0); await wait(pollMs))
    if (Date.now() - startedAt > withinMs) return false;
  return true;
}
