import { absolute } from '../files/entries.ts';
import type { Call } from '../system.ts';

/** `test EXPRESSION` and `[ EXPRESSION ]`. 0 true, 1 false, 2 not understood. */
export function test(call: Call): number {
  const args = call.name.endsWith('[') ? call.args.slice(0, -1) : [...call.args];
  if (call.name.endsWith('[') && call.args.at(-1) !== ']') {
    call.stderr.write('[: missing ]\n');
    return 2;
  }
  const cursor = { at: 0 };
  const value = either(args, cursor, call);
  if (cursor.at < args.length) {
    call.stderr.write(`test: ${args[cursor.at]}: unexpected operator\n`);
    return 2;
  }
  return value ? 0 : 1;
}

interface Position {
  at: number;
}

function either(args: readonly string[], cursor: Position, call: Call): boolean {
  let value = both(args, cursor, call);
  while (args[cursor.at] === '-o') {
    cursor.at += 1;
    const next = both(args, cursor, call);
    value = value || next;
  }
  return value;
}

function both(args: readonly string[], cursor: Position, call: Call): boolean {
  let value = one(args, cursor, call);
  while (args[cursor.at] === '-a') {
    cursor.at += 1;
    const next = one(args, cursor, call);
    value = value && next;
  }
  return value;
}

function one(args: readonly string[], cursor: Position, call: Call): boolean {
  const [first, second, third] = args.slice(cursor.at);
  if (first === undefined) return false;
  const compare =
    second !== undefined && third !== undefined && Object.hasOwn(comparisons, second) ? comparisons[second] : undefined;
  if (compare) {
    cursor.at += 3;
    return compare(first, third ?? '');
  }
  if (first === '!') {
    cursor.at += 1;
    return !one(args, cursor, call);
  }
  const check = second === undefined || !Object.hasOwn(checks, first) ? undefined : checks[first];
  if (check) {
    cursor.at += 2;
    return check(second ?? '', call);
  }
  cursor.at += 1;
  return first !== '';
}

const comparisons: Record<string, (a: string, b: string) => boolean> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '-eq': (a, b) => Number(a) === Number(b),
  '-ne': (a, b) => Number(a) !== Number(b),
  '-lt': (a, b) => Number(a) < Number(b),
  '-le': (a, b) => Number(a) <= Number(b),
  '-gt': (a, b) => Number(a) > Number(b),
  '-ge': (a, b) => Number(a) >= Number(b),
};

const entryOf = (path: string, { files, cwd }: Call) => files.find(absolute(cwd, path));

const checks: Record<string, (operand: string, call: Call) => boolean> = {
  '-n': (text) => text !== '',
  '-z': (text) => text === '',
  '-e': (path, call) => entryOf(path, call) !== undefined,
  '-f': (path, call) => entryOf(path, call)?.kind === 'file',
  '-d': (path, call) => entryOf(path, call)?.kind === 'folder',
  '-r': (path, call) => entryOf(path, call) !== undefined,
  '-w': (path, call) => entryOf(path, call) !== undefined,
  '-x': (path, call) => ((entryOf(path, call)?.mode ?? 0) & 0o111) !== 0,
  '-s': (path, call) => {
    const entry = entryOf(path, call);
    return entry?.kind === 'folder' || (entry?.kind === 'file' && entry.data.length > 0);
  },
  '-L': (path, { files, cwd }) => files.findLink(absolute(cwd, path))?.kind === 'link',
};
