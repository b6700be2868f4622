import { randomInt } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../base/folders.ts';
import { socketPath } from './socket-path.ts';

export interface RunPaths {
  folder: string;
  /** What was asked for: a `RunRequest`. */
  plan: string;
  journal: string;
  samples: string;
  output: string;
  socket: string;
}

/** Where all runs of this user lie. */
export function runsFolder(): string {
  return join(stateFolder(), 'runs');
}

export function runPaths(folder: string): RunPaths {
  return {
    folder,
    plan: join(folder, 'plan.json'),
    journal: join(folder, 'journal.ndjson'),
    samples: join(folder, 'samples.ndjson'),
    output: join(folder, 'output.log'),
    socket: socketPath(folder),
  };
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Makes the folder of a new run, mode 0700: `2026-11-21-full-deployment-k3x9`. */
export function createRunFolder(playbook: string, now = new Date()): { id: string; folder: string } {
  const runs = runsFolder();
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const name = playbook.split('/').at(-1) ?? playbook;
  for (;;) {
    const random = Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
    const id = `${localDate(now)}-${name}-${random}`;
    const folder = join(runs, id);
    try {
      mkdirSync(folder, { mode: 0o700 });
      // The umask may have taken more away than is wanted.
      chmodSync(folder, 0o700);
      return { id, folder };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function localDate(now: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}
