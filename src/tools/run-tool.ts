import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { messageOf, Problem } from '../base/errors.ts';
import { createLineSplitter } from './line-splitter.ts';
import { createOutputKeeper } from './output-keeper.ts';
import { endGroup, watchGroup } from './process-group.ts';

export interface ToolOptions {
  /** The whole environment; see `toolEnvironment`. */
  env: Readonly<Record<string, string>>;
  cwd?: string | undefined;
  /** Written to its stdin, which is then closed. Without one it is empty. */
  stdin?: string | Buffer | Readable | undefined;
  /** Ends it with all that it started: SIGTERM, then SIGKILL after the grace. */
  signal?: AbortSignal | undefined;
  /** Every line as it comes, made safe to draw. */
  onLine?: (line: string, from: 'stdout' | 'stderr') => void;
  /** Bytes of each stream that are kept; of longer ones the beginning. 1 MiB unless said. */
  keepBytes?: number;
  graceMs?: number;
}

export interface ToolResult {
  /** Undefined when a signal ended it. */
  code: number | undefined;
  signal: NodeJS.Signals | undefined;
  /** As it was written. */
  stdout: string;
  stderr: string;
  /** Something was written that was not kept. */
  truncated: boolean;
}

const mebibyte = 1024 * 1024;

/**
 * Runs a program by its path and a list of arguments; there is no shell in between. Any exit code is a result. Throws `Problem`
 * when it cannot be started, and the signal's reason when it was aborted, once nothing of it runs any more.
 */
export async function runTool(path: string, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  const { env, cwd, signal, graceMs = 5000, keepBytes = mebibyte } = options;
  signal?.throwIfAborted();
  // A group of its own, so that its children end with it, and no terminal that it could ask for a password.
  const child = spawn(path, args, { env: { ...env }, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = endOf(child, path, cwd);
  let killed: Promise<void> | undefined;
  const forget = child.pid === undefined ? () => {} : watchGroup(child.pid);
  const onAbort = () => {
    if (child.pid !== undefined) killed = endGroup(child.pid, graceMs);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  const stdout = listen(child.stdout, 'stdout', keepBytes, options.onLine);
  const stderr = listen(child.stderr, 'stderr', keepBytes, options.onLine);
  const fed = feed(child, options.stdin);
  try {
    const { code, signal: endedBy } = await ended;
    await killed;
    signal?.throwIfAborted();
    await Promise.all([stdout.drained(), stderr.drained()]);
    const fault = await fed;
    if (fault) throw fault;
    const truncated = stdout.keeper.truncated() || stderr.keeper.truncated();
    return { code, signal: endedBy, stdout: stdout.keeper.text(), stderr: stderr.keeper.text(), truncated };
  } finally {
    forget();
    signal?.removeEventListener('abort', onAbort);
    child.stdout.destroy();
    child.stderr.destroy();
    child.stdin.destroy();
  }
}

function endOf(child: ChildProcess, path: string, cwd: string | undefined) {
  return new Promise<{ code: number | undefined; signal: NodeJS.Signals | undefined }>((resolve, reject) => {
    child.once('error', (error) => reject(cannotStart(error, path, cwd)));
    child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
}

/** How long the streams may be silent after the program ended: something that it left behind may hold them open for ever. */
const leftOpenMs = 500;

function listen(stream: Readable, from: 'stdout' | 'stderr', keepBytes: number, onLine: ToolOptions['onLine']) {
  const keeper = createOutputKeeper(keepBytes);
  const splitter = onLine && createLineSplitter((line) => onLine(line, from));
  let lastAt = Date.now();
  stream.on('data', (chunk: Buffer) => {
    lastAt = Date.now();
    keeper.push(chunk);
    splitter?.push(chunk);
  });
  const closing = finished(stream).catch(() => {});
  return {
    keeper,
    /** All of it is there. */
    async drained() {
      lastAt = Date.now();
      const timer = setInterval(() => {
        if (Date.now() - lastAt > leftOpenMs) stream.destroy();
      }, leftOpenMs / 5);
      await closing;
      clearInterval(timer);
      splitter?.end();
    },
  };
}

/** A program may end without having read all; that is its own affair. A fault of the source is not. */
async function feed(child: ChildProcess, input: ToolOptions['stdin']): Promise<Error | undefined> {
  const { stdin } = child;
  if (!stdin) return undefined;
  stdin.on('error', () => {});
  if (input === undefined || typeof input === 'string' || Buffer.isBuffer(input)) {
    stdin.end(input ?? '');
    return undefined;
  }
  try {
    await pipeline(input, stdin);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') return undefined;
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

function cannotStart(error: Error, path: string, cwd: string | undefined): Problem {
  const { code } = error as NodeJS.ErrnoException;
  const name = basename(path);
  const next =
    code === 'ENOENT' && cwd !== undefined
      ? [`See whether the folder ${cwd} and the program ${path} are there`]
      : code === 'E2BIG'
        ? ['Its arguments are too long; give it a file, or its stdin']
        : code === 'EACCES'
          ? [`See whether ${path} may be executed`]
          : [];
  return new Problem(`${name} could not be started: ${error.message}`, { where: path, next, cause: error });
}
