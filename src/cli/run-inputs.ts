import { readFileSync } from 'node:fs';
import { exitCodes, messageOf, Problem } from '../base/errors.ts';
import type { GivenInput } from '../playbooks/inputs.ts';
import { invalidFiles } from '../yaml/diagnostics.ts';
import { parseYaml } from '../yaml/parse.ts';

export interface InputOptions {
  set?: string[];
  setEnv?: string[];
  setFile?: string[];
  /** A YAML file of names and values. */
  inputs?: string;
}

/**
 * The inputs that a command line gives; of one that is given twice the last counts. `--set-file name=-` reads the standard
 * input. Throws `Problem` (exit code 2).
 */
export function readGivenInputs(options: InputOptions, env: NodeJS.ProcessEnv = process.env): GivenInput[] {
  const fromInput = (options.setFile ?? []).filter((text) => text.endsWith('=-'));
  if (fromInput.length > 1) throw wrong('Only one --set-file can read the standard input');
  return [
    ...fromFile(options.inputs),
    ...(options.setFile ?? []).map((text): GivenInput => {
      const [name, path] = split(text, '--set-file', 'path');
      return { name, value: path === '-' ? readInput(name) : read(path), source: 'set-file' };
    }),
    ...(options.setEnv ?? []).map((text): GivenInput => {
      const [name, variable] = split(text, '--set-env', 'VARIABLE');
      const value = env[variable];
      if (value === undefined) throw wrong(`The environment has no variable ${variable} for --set-env ${name}`);
      return { name, value, source: 'set-env' };
    }),
    ...(options.set ?? []).map((text): GivenInput => {
      const [name, value] = split(text, '--set', 'value');
      return { name, value, source: 'set' };
    }),
  ];
}

function fromFile(path: string | undefined): GivenInput[] {
  if (path === undefined) return [];
  const { value, diagnostics } = parseYaml(read(path), path);
  if (diagnostics.some(({ severity }) => severity === 'error')) throw invalidFiles(diagnostics);
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(`${path} holds no map of inputs`);
  return Object.entries(value).map(([name, one]): GivenInput => ({ name, value: one, source: 'file' }));
}

function split(text: string, flag: string, what: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  // Not the text itself: somebody may have typed a secret there.
  throw wrong(`${flag} is written like ${flag} name=${what}`);
}

function readInput(name: string): string {
  if (process.stdin.isTTY)
    throw wrong(`--set-file ${name}=- reads a pipe; on a terminal leave it out, and you are asked for what is missing`);
  return read(0);
}

function read(path: string | 0): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw wrong(`${path === 0 ? 'The standard input' : `The file ${path}`} cannot be read: ${messageOf(error)}`);
  }
}

function wrong(message: string): Problem {
  return new Problem(message, { exitCode: exitCodes.usage });
}
