import { absolute } from '../files/entries.ts';
import { ExecutableNotFound } from '../system.ts';
import { parseScript } from './parse.ts';
import { ExitShell, exportedVariables, Leave, type ShellState, type Streams } from './state.ts';
import { readLine } from './streams.ts';
import type { Script } from './syntax.ts';

/** How the shell that calls a builtin runs other things. */
interface Runner {
  script(state: ShellState, script: Script, streams: Streams): Promise<number>;
  program(
    state: ShellState,
    name: string,
    args: readonly string[],
    more: Record<string, string>,
    streams: Streams,
  ): Promise<number>;
}

type Builtin = (state: ShellState, args: readonly string[], streams: Streams, run: Runner) => number | Promise<number>;

/** What changes the shell itself. Traps and job control are taken and have no effect. */
export const builtins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  trap: () => 0,
  umask: () => 0,
  ulimit: () => 0,
  exit(state, [code]) {
    throw new ExitShell(code === undefined ? state.status : Number(code) & 255);
  },
  return(state, [code]) {
    throw new Leave('return', code === undefined ? state.status : Number(code) & 255);
  },
  break(_, [count]) {
    throw new Leave('break', Number(count ?? 1));
  },
  continue(_, [count]) {
    throw new Leave('continue', Number(count ?? 1));
  },
  cd(state, [to = state.variables.get('HOME') ?? '/'], { stderr }) {
    const path = absolute(state.cwd, to === '-' ? (state.variables.get('OLDPWD') ?? state.cwd) : to);
    const there = state.files.find(path);
    if (there?.kind !== 'folder') {
      stderr.write(
        `${state.name}: cd: can't cd to ${to}: ${there ? 'Not a directory' : 'No such file or directory'}\n`,
      );
      return 1;
    }
    state.variables.set('OLDPWD', state.cwd);
    state.variables.set('PWD', path);
    state.cwd = path;
    return 0;
  },
  pwd(state, _, { stdout }) {
    stdout.write(`${state.cwd}\n`);
    return 0;
  },
  export(state, args, { stdout }) {
    if (args.length === 0 || args[0] === '-p') {
      for (const [name, value] of Object.entries(exportedVariables(state))) stdout.write(`export ${name}='${value}'\n`);
      return 0;
    }
    for (const arg of args) {
      const [name = '', ...value] = arg.split('=');
      if (arg.includes('=')) state.variables.set(name, value.join('='));
      state.exported.add(name);
    }
    return 0;
  },
  local(state, args) {
    for (const arg of args) {
      const [name = '', ...value] = arg.split('=');
      state.variables.set(name, value.join('='));
    }
    return 0;
  },
  readonly: (state, args, streams, run) => builtins.local?.(state, args, streams, run) ?? 0,
  unset(state, args) {
    for (const name of args) {
      state.variables.delete(name);
      state.exported.delete(name);
      state.functions.delete(name);
    }
    return 0;
  },
  set(state, args) {
    const names = { e: 'errexit', x: 'xtrace', u: 'nounset' } as const;
    for (const [index, arg] of args.entries()) {
      if (arg === '--') {
        state.positional = args.slice(index + 1);
        return 0;
      }
      for (const [letter, name] of Object.entries(names))
        if (/^[-+]\w+$/.test(arg) && arg.includes(letter)) state.options[name] = arg.startsWith('-');
    }
    return 0;
  },
  shift(state, [count]) {
    state.positional = state.positional.slice(Number(count ?? 1));
    return 0;
  },
  async read(state, args, { stdin }) {
    const names = args.filter((arg) => !arg.startsWith('-'));
    const line = await readLine(stdin);
    const values = (line ?? '').trim().split(/[ \t]+/);
    for (const [index, name] of names.entries()) {
      const last = index === names.length - 1;
      state.variables.set(name, last ? values.slice(index).join(' ') : (values[index] ?? ''));
    }
    return line === undefined ? 1 : 0;
  },
  eval: (state, args, streams, run) => run.script(state, parseScript(args.join(' ')), streams),
  '.': source,
  source,
  async exec(state, args, streams, run) {
    if (args.length === 0) return 0;
    const [name = '', ...more] = args;
    throw new ExitShell(await run.program(state, name, more, {}, streams));
  },
  async wait(state) {
    await Promise.all(state.background.splice(0));
    return 0;
  },
  command(state, args, streams, run) {
    if (args[0] === '-v' || args[0] === '-V') return whereIs(state, args.slice(1), streams);
    return builtins.eval?.(state, args.map(quote), streams, run) ?? 0;
  },
  type: (state, args, streams) => whereIs(state, args, streams),
};

function source(state: ShellState, [path = '']: readonly string[], streams: Streams, run: Runner): Promise<number> {
  return run.script(state, parseScript(state.files.read(absolute(state.cwd, path)).toString()), streams);
}

function whereIs(state: ShellState, names: readonly string[], { stdout }: Streams): number {
  let status = 0;
  for (const name of names) {
    if (Object.hasOwn(builtins, name) || state.functions.has(name)) stdout.write(`${name}\n`);
    else if (exists(state, name)) stdout.write(`/usr/bin/${name}\n`);
    else status = 127;
  }
  return status;
}

function exists(state: ShellState, name: string): boolean {
  try {
    state.find(name, state.cwd);
    return true;
  } catch (error) {
    if (error instanceof ExecutableNotFound) return false;
    throw error;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
