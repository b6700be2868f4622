import { expect, readRedirects, skipBlanks, skipLines, standsHere } from './redirects.ts';
import { type AndOr, type Command, type Pipeline, type Script, SyntaxFault, type Word } from './syntax.ts';
import { type Cursor, cursorOver, readWord } from './words.ts';

/** Reads a script of the POSIX shell: lists, pipes, redirections, if, for, while, case, functions. Throws `SyntaxFault`. */
export function parseScript(text: string): Script {
  const cursor = cursorOver(text, { readScript: readInner });
  const script = readList(cursor, []);
  if (cursor.at < text.length) throw new SyntaxFault(`unexpected "${text[cursor.at]}"`);
  return script;
}

/** The script inside `$(…)`, its closing bracket included. */
function readInner(cursor: Cursor, end: string): Script {
  const script = readList(cursor, end === '' ? [] : [end]);
  if (end !== '') expect(cursor, end);
  return script;
}

/** Commands until one of these words or signs. */
function readList(cursor: Cursor, stops: readonly string[]): Script {
  const script: Script = [];
  for (;;) {
    skipLines(cursor);
    if (cursor.at >= cursor.text.length || stops.some((stop) => standsHere(cursor, stop))) return script;
    if (cursor.text[cursor.at] === ')') return script;
    const item = readAndOr(cursor);
    script.push(item);
    skipBlanks(cursor);
    if (cursor.text.startsWith(';;', cursor.at)) return script;
    if (cursor.text[cursor.at] === '&') {
      item.background = true;
      cursor.at += 1;
    } else if (cursor.text[cursor.at] === ';') cursor.at += 1;
    else if (cursor.text[cursor.at] !== '\n') {
      if (cursor.at >= cursor.text.length || cursor.text[cursor.at] === ')') return script;
      if (stops.some((stop) => standsHere(cursor, stop))) return script;
      throw new SyntaxFault(`syntax error: unexpected "${cursor.text[cursor.at]}"`);
    }
  }
}

function readAndOr(cursor: Cursor): AndOr {
  const item: AndOr = { first: readPipeline(cursor), rest: [], background: false };
  for (;;) {
    skipBlanks(cursor);
    const operator = cursor.text.slice(cursor.at, cursor.at + 2);
    if (operator !== '&&' && operator !== '||') return item;
    cursor.at += 2;
    skipLines(cursor);
    item.rest.push({ operator, pipeline: readPipeline(cursor) });
  }
}

function readPipeline(cursor: Cursor): Pipeline {
  skipBlanks(cursor);
  const negated = standsHere(cursor, '!');
  if (negated) cursor.at += 1;
  const commands = [readCommand(cursor)];
  for (;;) {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '|' || cursor.text[cursor.at + 1] === '|') return { negated, commands };
    cursor.at += 1;
    skipLines(cursor);
    commands.push(readCommand(cursor));
  }
}

function readCommand(cursor: Cursor): Command {
  skipBlanks(cursor);
  const command = readCompound(cursor) ?? readSimple(cursor);
  if (command.type !== 'simple') readRedirects(cursor, command.redirects);
  return command;
}

function readCompound(cursor: Cursor): Command | undefined {
  if (cursor.text[cursor.at] === '(') {
    cursor.at += 1;
    return { type: 'subshell', body: readInner(cursor, ')'), redirects: [] };
  }
  const [keyword = ''] =
    /^(?:\{(?=\s)|if|while|until|for|case)(?![\w/=.-])/.exec(cursor.text.slice(cursor.at, cursor.at + 8)) ?? [];
  const named = /^([A-Za-z_]\w*)\s*\(\)\s*/.exec(cursor.text.slice(cursor.at, cursor.at + 200));
  if (named) {
    cursor.at += named[0].length;
    return { type: 'function', name: named[1] ?? '', body: readCommand(cursor), redirects: [] };
  }
  cursor.at += keyword.length;
  if (keyword === '{') {
    const body = readList(cursor, ['}']);
    expect(cursor, '}');
    return { type: 'group', body, redirects: [] };
  }
  if (keyword === 'if') return readIf(cursor);
  if (keyword === 'while' || keyword === 'until') {
    const test = readList(cursor, ['do']);
    return { type: 'loop', until: keyword === 'until', test, body: readBody(cursor), redirects: [] };
  }
  if (keyword === 'for') return readFor(cursor);
  return keyword === 'case' ? readCase(cursor) : undefined;
}

function readIf(cursor: Cursor): Command {
  const branches: { test: Script; body: Script }[] = [];
  for (;;) {
    const test = readList(cursor, ['then']);
    expect(cursor, 'then');
    branches.push({ test, body: readList(cursor, ['elif', 'else', 'fi']) });
    if (!standsHere(cursor, 'elif')) break;
    cursor.at += 4;
  }
  let otherwise: Script = [];
  if (standsHere(cursor, 'else')) {
    cursor.at += 4;
    otherwise = readList(cursor, ['fi']);
  }
  expect(cursor, 'fi');
  return { type: 'if', branches, otherwise, redirects: [] };
}

function readBody(cursor: Cursor): Script {
  expect(cursor, 'do');
  const body = readList(cursor, ['done']);
  expect(cursor, 'done');
  return body;
}

function readFor(cursor: Cursor): Command {
  const [whole, name = ''] = /^\s*([A-Za-z_]\w*)/.exec(cursor.text.slice(cursor.at, cursor.at + 200)) ?? [''];
  cursor.at += whole.length;
  skipLines(cursor);
  let words: Word[] | undefined;
  if (standsHere(cursor, 'in')) {
    cursor.at += 2;
    words = [];
    for (skipBlanks(cursor); ; skipBlanks(cursor)) {
      const word = readWord(cursor);
      if (word.length === 0) break;
      words.push(word);
    }
  }
  if (cursor.text[cursor.at] === ';') cursor.at += 1;
  skipLines(cursor);
  return { type: 'for', name, words, body: readBody(cursor), redirects: [] };
}

function readCase(cursor: Cursor): Command {
  skipBlanks(cursor);
  const word = readWord(cursor);
  skipLines(cursor);
  expect(cursor, 'in');
  const arms: { patterns: Word[]; body: Script }[] = [];
  for (skipLines(cursor); !standsHere(cursor, 'esac'); skipLines(cursor)) {
    if (cursor.at >= cursor.text.length) throw new SyntaxFault('syntax error: unexpected end of file', true);
    if (cursor.text[cursor.at] === '(') cursor.at += 1;
    const patterns: Word[] = [];
    do {
      skipBlanks(cursor);
      if (cursor.text[cursor.at] === '|') cursor.at += 1;
      skipBlanks(cursor);
      patterns.push(readWord(cursor));
      skipBlanks(cursor);
    } while (cursor.text[cursor.at] === '|');
    expect(cursor, ')');
    arms.push({ patterns, body: readList(cursor, ['esac', ';;']) });
    skipLines(cursor);
    if (cursor.text.startsWith(';;', cursor.at)) cursor.at += 2;
  }
  expect(cursor, 'esac');
  return { type: 'case', word, arms, redirects: [] };
}

function readSimple(cursor: Cursor): Command {
  const command: Extract<Command, { type: 'simple' }> = { type: 'simple', assignments: [], words: [], redirects: [] };
  for (;;) {
    readRedirects(cursor, command.redirects);
    const word = readWord(cursor);
    if (word.length === 0) break;
    const [first, ...more] = word;
    const assigned = first?.type === 'text' && !first.quoted ? /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text) : undefined;
    if (assigned && command.words.length === 0) {
      const value: Word = assigned[2] ? [{ type: 'text', text: assigned[2], quoted: false }, ...more] : more;
      command.assignments.push({ name: assigned[1] ?? '', value });
    } else command.words.push(word);
  }
  if (command.words.length + command.assignments.length + command.redirects.length > 0) return command;
  const here = cursor.text[cursor.at];
  throw new SyntaxFault(`syntax error: unexpected ${here ? `"${here}"` : 'end of file'}`, here === undefined);
}
