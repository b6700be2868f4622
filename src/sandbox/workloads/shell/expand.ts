import { evaluate } from './arithmetic.ts';
import { expandPaths, fitsPattern } from './patterns.ts';
import { ExitShell, type ShellState } from './state.ts';
import type { Part, Script, Word } from './syntax.ts';

/** Runs a script and gives its output: what `$(…)` needs. */
export type Capture = (state: ShellState, script: Script) => Promise<string>;

/** Text with a mark on each sign that was quoted. */
interface Piece {
  text: string;
  quoted: boolean;
  /** Unquoted and from a variable or a command: it is split at blanks. */
  splits: boolean;
  /** `"$@"`: each one a word of its own. */
  separate?: string[];
}

/** The words that a command sees: variables and commands put in, split, file names filled in. */
export async function expandWords(state: ShellState, words: readonly Word[], capture: Capture): Promise<string[]> {
  const result: string[] = [];
  for (const word of words) {
    for (const field of splitFields(await pieces(state, word, capture))) {
      const plain = field.replace(/\\(.)/gs, '$1');
      const wild = /[*?[]/.test(field.replace(/\\./gs, ''));
      const paths = wild ? expandPaths(state.files, state.cwd, field) : [];
      if (paths.length > 0) result.push(...paths);
      else result.push(plain);
    }
  }
  return result;
}

/** One text, without splitting: values of variables, targets of redirections. */
export async function expandText(state: ShellState, word: Word, capture: Capture): Promise<string> {
  return (await pieces(state, word, capture)).map((piece) => piece.separate?.join(' ') ?? piece.text).join('');
}

/** A pattern for `case`: quoted signs stand for themselves. */
export async function expandPattern(state: ShellState, word: Word, capture: Capture): Promise<string> {
  return (await pieces(state, word, capture)).map(({ text, quoted }) => (quoted ? protect(text) : text)).join('');
}

async function pieces(state: ShellState, word: Word, capture: Capture): Promise<Piece[]> {
  const result: Piece[] = [];
  for (const [index, part] of word.entries()) {
    if (part.type === 'text') {
      const text =
        index === 0 && !part.quoted
          ? part.text.replace(/^~(?=\/|$)/, state.variables.get('HOME') ?? '/root')
          : part.text;
      result.push({ text, quoted: part.quoted, splits: false });
    } else if (part.type === 'substitution') {
      const text = (await capture(state, part.script)).replace(/\n+$/, '');
      result.push({ text, quoted: part.quoted, splits: !part.quoted });
    } else if (part.type === 'arithmetic') {
      const text = await expandText(state, part.expression, capture);
      result.push({ text: String(evaluate(text, state.variables)), quoted: part.quoted, splits: false });
    } else result.push(await variablePiece(state, part, capture));
  }
  return result;
}

type VariablePart = Extract<Part, { type: 'variable' }>;

async function variablePiece(state: ShellState, part: VariablePart, capture: Capture): Promise<Piece> {
  const { name, quoted } = part;
  if (name === '@' && quoted && part.operator === '')
    return { text: '', quoted, splits: false, separate: [...state.positional] };
  const text = await operated(state, part, variableValue(state, name), capture);
  return { text, quoted, splits: !quoted };
}

function variableValue(state: ShellState, name: string): string | undefined {
  switch (name) {
    case '?':
      return String(state.status);
    case '#':
      return String(state.positional.length);
    case '$':
      return '1';
    case '!':
    case '-':
      return '';
    case '0':
      return state.name;
    case '@':
    case '*':
      return state.positional.join(' ');
    default:
      return /^\d+$/.test(name) ? state.positional[Number(name) - 1] : state.variables.get(name);
  }
}

async function operated(
  state: ShellState,
  part: VariablePart,
  value: string | undefined,
  capture: Capture,
): Promise<string> {
  const { operator, name, word } = part;
  if (operator === '') {
    if (value === undefined && state.options.nounset) fail(state, `${name}: parameter not set`);
    return value ?? '';
  }
  if (operator === 'length') return String((value ?? '').length);
  if (operator.startsWith('#') || operator.startsWith('%'))
    return trim(value ?? '', operator, await expandPattern(state, unquoted(word), capture));
  const missing = value === undefined || (operator.startsWith(':') && value === '');
  const kind = operator.at(-1);
  if (kind === '+') return missing ? '' : expandText(state, word, capture);
  if (!missing) return value ?? '';
  const other = await expandText(state, word, capture);
  if (kind === '?') fail(state, `${name}: ${other || 'parameter not set or null'}`);
  if (kind === '=') state.variables.set(name, other);
  return other;
}

/** Within `${…}` the text counts as unquoted for patterns. */
function unquoted(word: Word): Word {
  return word.map((part) => (part.type === 'text' ? { ...part, quoted: false } : part));
}

function fail(state: ShellState, message: string): never {
  throw Object.assign(new ExitShell(2), { message: `${state.name}: ${message}` });
}

function trim(value: string, operator: string, pattern: string): string {
  const cuts = Array.from({ length: value.length + 1 }, (_, index) => index);
  const front = operator.startsWith('#');
  const longest = operator.length === 2;
  // From the front a long match ends late; from the back it begins early.
  if (longest === front) cuts.reverse();
  const cut = cuts.find((at) => fitsPattern(front ? value.slice(0, at) : value.slice(at), pattern));
  if (cut === undefined) return value;
  return front ? value.slice(cut) : value.slice(0, cut);
}

/** Fields with a backslash before each quoted sign. */
function splitFields(list: readonly Piece[]): string[] {
  const fields: string[] = [];
  let current: string | undefined;
  for (const { text, quoted, splits, separate } of list) {
    if (separate) {
      for (const [index, one] of separate.entries()) {
        if (index > 0) {
          fields.push(current ?? '');
          current = '';
        }
        current = (current ?? '') + protect(one);
      }
    } else if (!splits) {
      if (text !== '' || quoted) current = (current ?? '') + (quoted ? protect(text) : text.replaceAll('\\', '\\\\'));
    } else {
      const [first = '', ...more] = text.split(/[ \t\n]+/);
      const safe = (part: string) => part.replaceAll('\\', '\\\\');
      if (first !== '') current = (current ?? '') + safe(first);
      for (const part of more) {
        if (current !== undefined) fields.push(current);
        current = part === '' ? undefined : safe(part);
      }
    }
  }
  if (current !== undefined) fields.push(current);
  return fields;
}

function protect(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
