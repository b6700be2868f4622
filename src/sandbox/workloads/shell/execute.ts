import { FileError } from '../files/entries.ts';
import type { ContainerSystem } from '../system.ts';
import { findProgram } from './find-program.ts';
import type { Streams } from './state.ts';
import { BrokenPipe, createCollector, inputOf } from './streams.ts';

export interface Execution extends Streams {
  command: readonly string[];
  tty: boolean;
  signal: AbortSignal;
}

/** Runs one command in a container and returns its exit code. Throws `ExecutableNotFound`. */
export async function execute(system: ContainerSystem, execution: Execution): Promise<number> {
  const [name = '', ...args] = execution.command;
  const files = await system.files();
  const cwd = system.workingDir;
  const find = (other: string, from: string) => findProgram(system, files, other, from);
  const program = find(name, cwd);
  try {
    const env = execution.tty ? { TERM: 'xterm', ...system.env } : system.env;
    return await program({ ...execution, name, args, env, cwd, files, system, find });
  } catch (error) {
    if (error instanceof BrokenPipe) return 141;
    if (error instanceof SyntaxError) {
      execution.stderr.write(`${name}: bad regular expression\n`);
      return 2;
    }
    if (!(error instanceof FileError)) throw error;
    execution.stderr.write(`${name}: ${error.message}\n`);
    return 1;
  }
}

/** The same without input; its output, both streams together. For probes and hooks. */
export async function executeQuietly(
  system: ContainerSystem,
  command: readonly string[],
  signal: AbortSignal,
): Promise<{ exitCode: number; output: string }> {
  const output = createCollector();
  const streams = { stdin: inputOf(''), stdout: output, stderr: output };
  const exitCode = await execute(system, { command, ...streams, tty: false, signal });
  return { exitCode, output: output.bytes().toString() };
}
