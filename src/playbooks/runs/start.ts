import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { exitCodes, Problem, type ProblemDetails } from '../../base/errors.ts';
import { createMasker } from '../../base/masking.ts';
import { packageRoot } from '../../base/package-root.ts';
import { pruneHistory } from './history.ts';
import { readJournal } from './journal.ts';
import { findRun, madeByNewer } from './list-runs.ts';
import { LockProblem, type LockRefusal } from './lock-problem.ts';
import { createRunFolder, runPaths } from './run-folder.ts';
import { isRunning } from './run-process.ts';
import { type RunnerOrders, type RunRequest, readRequest, writeRequest } from './run-request.ts';
import { neverBegun, type RunControl } from './stopping.ts';

export interface StartedRun {
  id: string;
  folder: string;
}

/** What a person has said beforehand, and where what is waited for is told. */
export interface StartOptions extends Pick<RunnerOrders, 'confirmedContext' | 'takeOver'> {
  progress?: ((text: string) => void) | undefined;
  /** Ends the run's process while it has not begun: it waits for a lock, for example. */
  control?: Pick<RunControl, 'stopping' | 'now'> | undefined;
}

type Starting = Pick<StartOptions, 'progress' | 'control'>;

/**
 * Starts a run as a process of its own, in a session of its own, and returns once it can be attached to. Secrets go to it
 * through its standard input. Throws the `Problem` that it ended with when it did not come up; nothing is left then.
 */
export async function startRun(
  request: Omit<RunRequest, 'version' | 'id'>,
  secrets: Record<string, string> = {},
  { progress, control, ...consent }: StartOptions = {},
): Promise<StartedRun> {
  // A history that cannot be tidied is no reason not to run.
  await pruneHistory().catch(() => {});
  const { id, folder } = createRunFolder(request.playbook);
  try {
    writeRequest(folder, { version: 1, id, ...request });
    const { assumeYes, interactive } = request;
    await startRunner(folder, { secrets, resume: false, assumeYes, interactive, ...consent }, { progress, control });
    return { id, folder };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Goes on with a run that was stopped, failed or interrupted. Secrets are given again where they are still needed. */
export async function resumeRun(
  name: string,
  options: { secrets?: Record<string, string>; assumeYes?: boolean; interactive?: boolean } & StartOptions = {},
): Promise<StartedRun> {
  const { id, folder, status, newerVersion } = await findRun(name);
  if (newerVersion !== undefined) throw madeByNewer(id);
  if (status === 'running' || status === 'waiting')
    throw new Problem(`The run ${id} is going on`, { next: [`tars-console follow ${id}`] });
  if (status === 'done') throw new Problem(`The run ${id} is done: there is nothing left to do`);
  const request = readRequest(folder);
  const { secrets = {}, assumeYes = request.assumeYes, interactive = false, progress, control, ...consent } = options;
  await startRunner(folder, { secrets, resume: true, assumeYes, interactive, ...consent }, { progress, control });
  return { id, folder };
}

const upWithinMs = 60_000;

async function startRunner(folder: string, orders: RunnerOrders, { progress, control }: Starting): Promise<void> {
  const program = join(packageRoot(), 'bin', 'tars-console.js');
  const child = spawn(process.execPath, [program, 'runner', folder], {
    // A session of its own: neither a closed terminal nor Ctrl-C in it reaches the run.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const said = collect(child, progress);
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    child.once('error', (error) => resolve(error.message));
  });
  const before = newestRecord(folder);
  child.stdin?.on('error', () => {});
  child.stdin?.end(JSON.stringify(orders));
  const release = endWith(child, control);
  try {
    const code = await Promise.race([ended, up(runPaths(folder).socket, said)]);
    // A run may be over before anybody asked: its journal says so.
    if (code !== 'up' && newestRecord(folder) === before)
      throw control?.stopping.aborted ? neverBegun() : failure(code, said.text(), orders);
  } catch (error) {
    // Nobody would know of a run that came up after this.
    child.kill('SIGTERM');
    throw error;
  } finally {
    release();
  }
  child.stderr?.destroy();
  child.unref();
}

/** Passes on that it is to end; returns how to leave that off. */
function endWith(child: ChildProcess, control: StartOptions['control']): () => void {
  const soon = () => child.kill('SIGTERM');
  const now = () => child.kill('SIGKILL');
  if (control?.stopping.aborted) soon();
  control?.stopping.addEventListener('abort', soon, { once: true });
  control?.now.addEventListener('abort', now, { once: true });
  return () => {
    control?.stopping.removeEventListener('abort', soon);
    control?.now.removeEventListener('abort', now);
  };
}

function newestRecord(folder: string): number {
  return readJournal(runPaths(folder).journal).at(-1)?.seq ?? 0;
}

/** Resolves when the run's socket answers; rejects when that takes too long and nothing is said meanwhile. */
async function up(socket: string, said: Said): Promise<'up'> {
  while (Date.now() - said.at() < upWithinMs) {
    if (await isRunning(socket)) return 'up';
    await wait(20);
  }
  throw new Problem('The run’s process did not come up', { evidence: said.text().split('\n').slice(-10) });
}

interface Said {
  text(): string;
  /** When it said something the last time, or began. */
  at(): number;
}

function collect(child: ChildProcess, progress: (text: string) => void = () => {}): Said {
  let text = '';
  let at = Date.now();
  let told = 0;
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    at = Date.now();
    text = (text + chunk).slice(-20_000);
    const whole = text.split('\n').slice(0, -1);
    const news = whole.filter((line) => line.startsWith(progressMark));
    for (const line of news.slice(told)) progress(line.slice(progressMark.length));
    told = news.length;
  });
  return { text: () => text, at: () => at };
}

/** Why a runner could not begin, as JSON. */
export interface RunnerFailure extends ProblemDetails {
  message: string;
  lock?: LockRefusal | undefined;
}

/** Marks the line with which a runner that could not begin says why. */
export const failureMark = 'tars-console-failure ';
/** Marks a line that says what is waited for before the run begins. */
export const progressMark = 'tars-console-progress ';

function failure(code: number | string, said: string, { secrets }: RunnerOrders): Problem {
  const masker = createMasker();
  for (const secret of Object.values(secrets)) masker.add(secret);
  const text = masker.mask(said);
  const line = text.split('\n').find((one) => one.startsWith(failureMark));
  if (line) {
    const { lock, ...problem } = JSON.parse(line.slice(failureMark.length)) as RunnerFailure;
    return lock ? new LockProblem(lock, problem) : new Problem(problem.message, problem);
  }
  return new Problem(`The run’s process ended before it began (${code})`, {
    evidence: text.trim() === '' ? [] : text.trim().split('\n').slice(-10),
    exitCode: exitCodes.failed,
  });
}
