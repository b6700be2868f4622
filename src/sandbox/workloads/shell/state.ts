import type { FileSystem } from '../files/file-system.ts';
import type { ContainerSystem, FindProgram } from '../system.ts';
import type { Input, Output } from './streams.ts';
import type { Command } from './syntax.ts';

/** What a shell knows; a subshell works on a copy. */
export interface ShellState {
  readonly system: ContainerSystem;
  readonly files: FileSystem;
  readonly find: FindProgram;
  /** `sh`, for messages. */
  readonly name: string;
  variables: Map<string, string>;
  exported: Set<string>;
  functions: Map<string, Command>;
  cwd: string;
  /** `$?` */
  status: number;
  positional: string[];
  options: { errexit: boolean; xtrace: boolean; nounset: boolean };
  background: Promise<number>[];
  readonly tty: boolean;
  readonly signal: AbortSignal;
}

/** Files 0, 1 and 2 of a command. */
export interface Streams {
  stdin: Input;
  stdout: Output;
  stderr: Output;
}

/** `exit` */
export class ExitShell extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** `return`, `break`, `continue`: leaves a function or a loop. */
export class Leave extends Error {
  readonly how: 'return' | 'break' | 'continue';
  /** The status, or how many loops. */
  value: number;
  constructor(how: 'return' | 'break' | 'continue', value: number) {
    super(how);
    this.how = how;
    this.value = value;
  }
}

export function subshell(state: ShellState): ShellState {
  return {
    ...state,
    variables: new Map(state.variables),
    exported: new Set(state.exported),
    functions: new Map(state.functions),
    options: { ...state.options },
    positional: [...state.positional],
    background: [],
  };
}

export function exportedVariables(state: ShellState): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of state.exported) {
    const value = state.variables.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}
