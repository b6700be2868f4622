import { FileError } from '../files/entries.ts';
import { ExecutableNotFound } from '../system.ts';
import { builtins } from './builtins.ts';
import { counted } from './counted.ts';
import { expandPattern, expandText, expandWords } from './expand.ts';
import { fitsPattern } from './patterns.ts';
import { redirect } from './redirect.ts';
import { ExitShell, exportedVariables, Leave, type ShellState, type Streams, subshell } from './state.ts';
import { BrokenPipe, createCollector, createPipe, inputOf } from './streams.ts';
import type { AndOr, Command, Pipeline, Script } from './syntax.ts';

/** Runs a script in this shell; returns the status of its last command. Throws `ExitShell` for `exit`. */
export async function runScript(state: ShellState, script: Script, streams: Streams): Promise<number> {
  for (const item of script) {
    if (item.background) {
      const apart = subshell(state);
      state.background.push(settle(apart, runAndOr(apart, item, streams), streams));
      state.status = 0;
    } else await runAndOr(state, item, streams);
  }
  return state.status;
}

/** The status of a subshell's work: its `exit` ends nobody else. */
export async function settle(state: ShellState, work: Promise<number>, streams: Streams): Promise<number> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Leave) return state.status;
    if (!(error instanceof ExitShell)) throw error;
    if (!error.message.startsWith('exit ')) streams.stderr.write(`${error.message}\n`);
    return error.code;
  }
}

async function runAndOr(state: ShellState, { first, rest }: AndOr, streams: Streams): Promise<number> {
  await runPipeline(state, first, streams, rest.length === 0);
  for (const [index, { operator, pipeline }] of rest.entries())
    if ((operator === '&&') === (state.status === 0))
      await runPipeline(state, pipeline, streams, index === rest.length - 1);
  return state.status;
}

async function runPipeline(state: ShellState, { negated, commands }: Pipeline, streams: Streams, counts: boolean) {
  const [only] = commands;
  if (commands.length === 1 && only) state.status = await runCommand(state, only, streams);
  else state.status = await runPipe(state, commands, streams);
  if (negated) state.status = state.status === 0 ? 1 : 0;
  else if (state.options.errexit && counts && state.status !== 0) throw new ExitShell(state.status);
}

async function runPipe(state: ShellState, commands: readonly Command[], streams: Streams): Promise<number> {
  let before: ReturnType<typeof createPipe> | undefined;
  const runs = commands.map(async (command, index) => {
    const stdin = before;
    const stdout = index === commands.length - 1 ? undefined : createPipe();
    before = stdout;
    const own = { ...streams, stdin: stdin ?? streams.stdin, stdout: stdout ?? streams.stdout };
    const apart = subshell(state);
    try {
      return await settle(apart, runCommand(apart, command, own), own);
    } finally {
      stdout?.end();
      stdin?.close();
    }
  });
  return (await Promise.all(runs)).at(-1) ?? 0;
}

async function runCommand(state: ShellState, command: Command, streams: Streams): Promise<number> {
  await breathe(state);
  return counted(state, () => runUncounted(state, command, streams));
}

async function runUncounted(state: ShellState, command: Command, streams: Streams): Promise<number> {
  let own: Streams;
  try {
    own = await redirect(state, command.redirects, streams, capture);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    streams.stderr.write(`${state.name}: ${error.message}\n`);
    return 1;
  }
  switch (command.type) {
    case 'simple':
      return runSimple(state, command, own);
    case 'group':
      return runScript(state, command.body, own);
    case 'subshell': {
      const apart = subshell(state);
      return settle(apart, runScript(apart, command.body, own), own);
    }
    case 'function':
      state.functions.set(command.name, command.body);
      return 0;
    case 'if': {
      for (const { test, body } of command.branches)
        if ((await tested(state, test, own)) === 0) return runScript(state, body, own);
      state.status = 0;
      return runScript(state, command.otherwise, own);
    }
    case 'loop':
      return loop(
        state,
        async () => ((await tested(state, command.test, own)) === 0) !== command.until,
        () => runScript(state, command.body, own),
      );
    case 'for': {
      const values = command.words ? await expandWords(state, command.words, capture) : [...state.positional];
      const next = async () => {
        const value = values.shift();
        if (value !== undefined) state.variables.set(command.name, value);
        return value !== undefined;
      };
      return loop(state, next, () => runScript(state, command.body, own));
    }
    case 'case': {
      const value = await expandText(state, command.word, capture);
      for (const { patterns, body } of command.arms)
        for (const pattern of patterns)
          if (fitsPattern(value, await expandPattern(state, pattern, capture))) return runScript(state, body, own);
      return 0;
    }
  }
}

/** A condition: `set -e` does not end the shell in it. */
async function tested(state: ShellState, test: Script, streams: Streams): Promise<number> {
  const { errexit } = state.options;
  state.options.errexit = false;
  try {
    return await runScript(state, test, streams);
  } finally {
    state.options.errexit = errexit;
  }
}

async function loop(state: ShellState, next: () => Promise<boolean>, body: () => Promise<number>): Promise<number> {
  let status = 0;
  while (await next()) {
    try {
      status = await body();
    } catch (error) {
      if (!(error instanceof Leave) || error.how === 'return') throw error;
      error.value -= 1;
      if (error.value > 0) throw error;
      if (error.how === 'break') break;
    }
    await breathe(state);
  }
  return status;
}

let ran = 0;

/** A loop without end leaves room for everybody else, and ends when its container does. */
async function breathe(state: ShellState): Promise<void> {
  if (state.signal.aborted) throw new ExitShell(137);
  ran += 1;
  if (ran % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function runSimple(
  state: ShellState,
  command: Extract<Command, { type: 'simple' }>,
  streams: Streams,
): Promise<number> {
  const words = await expandWords(state, command.words, capture);
  const [name, ...args] = words;
  const assigned: [string, string][] = [];
  state.status = name === undefined && command.assignments.length > 0 ? 0 : state.status;
  for (const { name: variable, value } of command.assignments)
    assigned.push([variable, await expandText(state, value, capture)]);
  if (name === undefined) {
    for (const [variable, value] of assigned) state.variables.set(variable, value);
    return command.assignments.length > 0 ? state.status : 0;
  }
  if (state.options.xtrace) streams.stderr.write(`+ ${words.join(' ')}\n`);
  const body = state.functions.get(name);
  if (body) return callFunction(state, body, args, streams);
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (builtin) return builtin(state, args, streams, { script: runScript, program: runProgram });
  return runProgram(state, name, args, Object.fromEntries(assigned), streams);
}

async function callFunction(state: ShellState, body: Command, args: string[], streams: Streams): Promise<number> {
  const before = state.positional;
  state.positional = args;
  try {
    return await runCommand(state, body, streams);
  } catch (error) {
    if (error instanceof Leave && error.how === 'return') return error.value;
    throw error;
  } finally {
    state.positional = before;
  }
}

/** A program of the image: 127 when there is none, 141 when its reader has gone. */
async function runProgram(
  state: ShellState,
  name: string,
  args: readonly string[],
  more: Record<string, string>,
  streams: Streams,
): Promise<number> {
  const { system, files, cwd, tty, signal } = state;
  try {
    // What is mounted may have changed meanwhile.
    await system.files();
    const program = state.find(name, cwd);
    const env = { ...exportedVariables(state), ...more };
    return await program({ ...streams, name, args, env, cwd, tty, files, system, find: state.find, signal });
  } catch (error) {
    if (error instanceof BrokenPipe) return 141;
    if (error instanceof SyntaxError) {
      streams.stderr.write(`${name}: bad regular expression\n`);
      return 2;
    }
    if (error instanceof FileError) streams.stderr.write(`${name}: ${error.message}\n`);
    else if (error instanceof ExecutableNotFound) {
      streams.stderr.write(`${state.name}: ${name}: not found\n`);
      return 127;
    } else throw error;
    return 1;
  }
}

/** What `$(…)` gives: as much as may lie in a variable. */
async function capture(state: ShellState, script: Script): Promise<string> {
  const stdout = createCollector(16 * 1024 * 1024);
  const apart = subshell(state);
  const streams = { stdin: inputOf(''), stdout, stderr: stdoutOfErrors(state) };
  state.status = await settle(apart, runScript(apart, script, streams), streams);
  return stdout.bytes().toString();
}

const errors = new WeakMap<AbortSignal, Streams['stderr']>();

/** Errors inside `$(…)` go where those of the whole run go. */
export function sendErrorsTo(signal: AbortSignal, stderr: Streams['stderr']): void {
  errors.set(signal, stderr);
}

function stdoutOfErrors({ signal }: ShellState): Streams['stderr'] {
  return errors.get(signal) ?? { write() {} };
}
