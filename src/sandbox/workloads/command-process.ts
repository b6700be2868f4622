import { messageOf } from '../../base/errors.ts';
import { folder } from './files/entries.ts';
import { createFileSystem } from './files/file-system.ts';
import type { ProcessContext, WorkloadProcess } from './image.ts';
import { builtins } from './shell/builtins.ts';
import { commandsOf } from './shell/commands-of.ts';
import { execute } from './shell/execute.ts';
import { findProgram } from './shell/find-program.ts';
import { parseScript } from './shell/parse.ts';
import { SyntaxFault } from './shell/syntax.ts';
import { ExecutableNotFound } from './system.ts';

/** What a small shell and its programs take. */
const cost = { memory: 2 * 1024 * 1024, cores: 0.0005 };

/** A container whose process is a command of the system: a shell, `sleep`, `echo`. */
export function startCommand(context: ProcessContext, command: readonly string[]): WorkloadProcess {
  const ending = new AbortController();
  const startedAt = context.clock.now();
  const output = { write: context.write };
  let over = false;
  const run = execute(context.system, {
    command,
    stdin: context.stdin,
    stdout: output,
    stderr: output,
    tty: context.tty,
    signal: ending.signal,
  });
  void run
    .catch((error: unknown) => {
      if (error instanceof ExecutableNotFound) {
        over = true;
        context.refuse(error.message);
        return 128;
      }
      context.log(messageOf(error));
      return 1;
    })
    .then((code) => {
      if (!over) context.exit(code);
      over = true;
    });
  return {
    listens: () => false,
    handle: () => undefined,
    cpuSeconds: () => ((context.clock.now() - startedAt) / 1000) * cost.cores,
    memoryBytes: () => cost.memory,
    async stop() {
      over = true;
      ending.abort();
      return 143;
    },
    kill() {
      over = true;
      ending.abort();
    },
  };
}

/** Whether the container's command, and every command of its script, is one of the system's. */
export function isRunnable({ args, system }: ProcessContext): boolean {
  const [name = ''] = args;
  const files = createFileSystem(folder());
  const known = (word: string) => {
    if (Object.hasOwn(builtins, word)) return true;
    try {
      findProgram(system, files, word, '/');
      return true;
    } catch {
      return false;
    }
  };
  if (name === '' || !known(name)) return false;
  const script = args[args.findIndex((arg) => /^-[a-z]*c$/.test(arg)) + 1];
  if (!/(^|\/)(sh|bash|ash)$/.test(name)) return true;
  if (args.length < 3 || script === undefined) return args.length === 1;
  try {
    return commandsOf(parseScript(script)).every(known);
  } catch (error) {
    if (error instanceof SyntaxFault) return false;
    throw error;
  }
}
