import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import {
  readAccess,
  readJson,
  type SandboxFolder,
  type SandboxProcessOptions,
  type SandboxState,
  writePrivately,
} from './sandbox-files.ts';
import { isAlive } from './sandbox-lock.ts';

const startTimeoutMs = 20_000;
const stopTimeoutMs = 5000;

/** The state of a sandbox that runs and lets its kubeconfig in; undefined when it does not. */
export async function findRunning(folder: SandboxFolder): Promise<SandboxState | undefined> {
  const state = readJson<SandboxState>(folder.state);
  const access = readAccess(folder.kubeconfig);
  if (!state || !access || !isAlive(state.pid)) return undefined;
  // Loaded while the new process starts, which does not wait for it.
  const { createApiClient } = await import('../sandbox/client.ts');
  const client = createApiClient(access);
  try {
    const answer = client.get('/version').then(() => true);
    const answers = await Promise.race([answer.catch(() => false), delay(3000, false, { ref: false })]);
    return answers ? state : undefined;
  } finally {
    client.close();
  }
}

/** Starts the detached process and waits until it is ready. Throws a `Problem` with its last words when it does not come up. */
export async function startProcess(folder: SandboxFolder, options: SandboxProcessOptions): Promise<SandboxState> {
  rmSync(folder.path, { recursive: true, force: true });
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  writePrivately(folder.options, JSON.stringify(options));
  const log = openSync(folder.log, 'a', 0o600);
  const program = join(packageRoot(), 'bin', 'tars-console.js');
  const child = spawn(process.execPath, [program, 'sandbox-server', folder.path], {
    detached: true,
    stdio: ['ignore', log, log],
    // Its own folder, so that it keeps nobody's folder busy.
    cwd: folder.path,
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = `it ended with ${signal ?? `code ${code}`}`;
  });
  child.unref();
  const deadline = Date.now() + startTimeoutMs;
  while (ended === undefined && Date.now() < deadline) {
    const state = await findRunning(folder);
    if (state) return state;
    await delay(25);
  }
  if (ended === undefined && child.pid) process.kill(child.pid, 'SIGKILL');
  throw notStarted(folder, ended ?? `it was not ready after ${startTimeoutMs / 1000} s`);
}

function notStarted(folder: SandboxFolder, why: string): Problem {
  const words = readText(folder.log).trim().split('\n').slice(-8);
  return new Problem(`The sandbox did not start: ${why}`, {
    where: folder.log,
    evidence: words.filter((line) => line !== ''),
    next: ['Try again; if it happens again, the log above says why'],
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Ends the sandbox of a folder, if one runs, and waits until it is gone. True when there was one. */
export async function stopProcess(folder: SandboxFolder): Promise<boolean> {
  const state = await findRunning(folder);
  if (!state) {
    // What does not answer with our token is not ours to end: its number may belong to somebody else by now.
    rmSync(folder.path, { recursive: true, force: true });
    return false;
  }
  signal(state.pid, 'SIGTERM');
  const deadline = Date.now() + stopTimeoutMs;
  while (isAlive(state.pid) && Date.now() < deadline) await delay(25);
  if (isAlive(state.pid)) signal(state.pid, 'SIGKILL');
  rmSync(folder.path, { recursive: true, force: true });
  return true;
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
