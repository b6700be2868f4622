import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts the built program without a terminal. */
export function startProgram(args: string[], env: Record<string, string> = {}, cwd = process.cwd()): ChildProcess {
  return spawn(process.execPath, [join(packageRoot(), 'bin/tars-console.js'), ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs it to its end. */
export function finishProgram(args: string[], env: Record<string, string> = {}, cwd?: string): Promise<Finished> {
  return finished(startProgram(args, env, cwd));
}

export function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr })));
}
