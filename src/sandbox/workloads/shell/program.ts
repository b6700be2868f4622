import { absolute } from '../files/entries.ts';
import type { Call } from '../system.ts';
import { parseScript } from './parse.ts';
import { runScript, sendErrorsTo, settle } from './run.ts';
import { ExitShell, type ShellState } from './state.ts';
import { readAll, readLine } from './streams.ts';
import { SyntaxFault } from './syntax.ts';

/** `sh`, `sh -c SCRIPT`, `sh FILE`, or a script on standard input; on a terminal line by line, with a prompt. */
export async function shellProgram(call: Call): Promise<number> {
  const { flags, rest } = splitFlags(call.args);
  const state = createShell(call);
  sendErrorsTo(state.signal, call.stderr);
  for (const [letter, name] of [
    ['e', 'errexit'],
    ['x', 'xtrace'],
    ['u', 'nounset'],
  ] as const)
    if (flags.includes(letter)) state.options[name] = true;
  if (flags.includes('c')) {
    const [script = '', , ...positional] = rest;
    return runText(state, script, positional, call);
  }
  const [path, ...positional] = rest;
  if (path !== undefined) {
    const text = call.files.read(absolute(call.cwd, path)).toString();
    return runText(state, text, positional, call);
  }
  if (call.tty) return converse(state, call);
  return runText(state, (await readAll(call.stdin)).toString(), [], call);
}

function splitFlags(args: readonly string[]): { flags: string; rest: string[] } {
  let flags = '';
  let at = 0;
  for (; at < args.length && /^[-+]\w/.test(args[at] ?? ''); at += 1) {
    const arg = args[at] ?? '';
    flags += arg.slice(1);
    // `-o pipefail` takes the next word.
    if (arg.endsWith('o')) at += 1;
  }
  return { flags, rest: args.slice(at) };
}

function createShell(call: Call): ShellState {
  const variables = new Map(Object.entries(call.env));
  variables.set('PWD', call.cwd);
  return {
    system: call.system,
    files: call.files,
    find: call.find,
    name: call.name.split('/').at(-1) ?? 'sh',
    variables,
    exported: new Set(variables.keys()),
    functions: new Map(),
    cwd: call.cwd,
    status: 0,
    positional: [],
    options: { errexit: false, xtrace: false, nounset: false },
    background: [],
    tty: call.tty,
    signal: call.signal,
  };
}

async function runText(state: ShellState, text: string, positional: string[], call: Call): Promise<number> {
  state.positional = positional;
  try {
    return await settle(state, runScript(state, parseScript(text), call), call);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    call.stderr.write(`${state.name}: ${error.message}\n`);
    return 2;
  }
}

/** Asks for a line, carries it out, asks for the next. */
async function converse(state: ShellState, call: Call): Promise<number> {
  const sign = state.system.userId === 0 ? '#' : '$';
  let text = '';
  for (;;) {
    call.stdout.write(text === '' ? `${state.cwd} ${sign} ` : '> ');
    const line = await readLine(call.stdin);
    if (line === undefined || call.signal.aborted) return state.status;
    text += `${line}\n`;
    try {
      await runScript(state, parseScript(text), call);
    } catch (error) {
      if (error instanceof ExitShell) return error.code;
      if (!(error instanceof SyntaxFault)) throw error;
      if (error.open) continue;
      call.stderr.write(`${state.name}: ${error.message}\n`);
      state.status = 2;
    }
    text = '';
  }
}
