import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One process of the control plane, its output in a file of the folder it runs in. */
export interface Component {
  name: string;
  pid: number;
  /** Rejects with the end of its log when it has ended by itself. */
  ended: Promise<never>;
  stop(): Promise<void>;
}

export function startComponent(binaries: string, folder: string, name: string, flags: readonly string[]): Component {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(join(binaries, name), flags, { cwd: folder, stdio: ['ignore', output, output] });
  let stopping = false;
  const exited = untilExit(child);
  const ended = exited.then((how): never => {
    const last = readFileSync(log, 'utf8').split('\n').slice(-12).join('\n');
    throw new Error(`${name} ended (${how})${stopping ? ' when it was stopped' : ` by itself:\n${last}`}`);
  });
  ended.catch(() => {});
  return {
    name,
    pid: child.pid ?? 0,
    ended,
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(killing);
    },
  };
}

function untilExit(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
