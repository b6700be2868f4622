import { type Part, type Script, SyntaxFault, type Word } from './syntax.ts';

/** Text that is read from left to right. */
export interface Cursor {
  text: string;
  at: number;
  /** Heredocs whose bodies follow the current line. */
  heredocs: { end: string; quoted: boolean; take(body: Word): void }[];
  /** Reads the script of a substitution up to `end` and over it; to the end of the text without one. */
  readScript(cursor: Cursor, end: string): Script;
}

/** Another text, read by the same rules. */
export function cursorOver(text: string, { readScript }: Pick<Cursor, 'readScript'>): Cursor {
  return { text, at: 0, heredocs: [], readScript };
}

const ends = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);

/** Reads one word with its quotes, variables and substitutions; empty when none stands here. */
export function readWord(cursor: Cursor): Word {
  const word: Word = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') word.push({ type: 'text', text: plain, quoted: false });
    plain = '';
  };
  while (cursor.at < cursor.text.length) {
    const char = cursor.text[cursor.at] ?? '';
    if (ends.has(char)) break;
    if (char === '\\') {
      const next = cursor.text[cursor.at + 1];
      cursor.at += 2;
      if (next === undefined || next === '\n') continue;
      flush();
      word.push({ type: 'text', text: next, quoted: true });
    } else if (char === "'") {
      flush();
      const close = cursor.text.indexOf("'", cursor.at + 1);
      if (close < 0) throw new SyntaxFault('unterminated quoted string', true);
      word.push({ type: 'text', text: cursor.text.slice(cursor.at + 1, close), quoted: true });
      cursor.at = close + 1;
    } else if (char === '"') {
      flush();
      cursor.at += 1;
      word.push(...readQuoted(cursor, '"'));
    } else if (char === '$' || char === '`') {
      flush();
      word.push(readDollar(cursor, false));
    } else {
      plain += char;
      cursor.at += 1;
    }
  }
  flush();
  return word;
}

/** Up to `close`, as within double quotes; without one up to the end (a heredoc's body). */
export function readQuoted(cursor: Cursor, close: string): Word {
  const word: Word = [{ type: 'text', text: '', quoted: true }];
  let text = '';
  const flush = () => {
    if (text !== '') word.push({ type: 'text', text, quoted: true });
    text = '';
  };
  for (;;) {
    const char = cursor.text[cursor.at];
    if (char === undefined) {
      if (close !== '') throw new SyntaxFault('unterminated quoted string', true);
      break;
    }
    if (char === close) {
      cursor.at += 1;
      break;
    }
    const next = cursor.text[cursor.at + 1] ?? '';
    if (char === '\\' && '$`"\\\n'.includes(next) && next !== '') {
      if (next !== '\n') text += next;
      cursor.at += 2;
    } else if (char === '$' || char === '`') {
      flush();
      word.push(readDollar(cursor, true));
    } else {
      text += char;
      cursor.at += 1;
    }
  }
  flush();
  return word;
}

function readDollar(cursor: Cursor, quoted: boolean): Part {
  const { text } = cursor;
  if (text[cursor.at] === '`') {
    const close = text.indexOf('`', cursor.at + 1);
    if (close < 0) throw new SyntaxFault('unterminated `', true);
    const inner = text.slice(cursor.at + 1, close).replace(/\\([`$\\])/g, '$1');
    cursor.at = close + 1;
    return { type: 'substitution', script: cursor.readScript(cursorOver(inner, cursor), ''), quoted };
  }
  cursor.at += 1;
  if (text.startsWith('((', cursor.at)) {
    const close = text.indexOf('))', cursor.at);
    if (close < 0) throw new SyntaxFault('missing "))"', true);
    const inner = cursorOver(text.slice(cursor.at + 2, close), cursor);
    cursor.at = close + 2;
    return { type: 'arithmetic', expression: readQuoted(inner, ''), quoted };
  }
  if (text[cursor.at] === '(') {
    cursor.at += 1;
    return { type: 'substitution', script: cursor.readScript(cursor, ')'), quoted };
  }
  if (text[cursor.at] === '{') return readBraces(cursor, quoted);
  const [name = ''] = /^(?:\w+|[?$!#@*-])/.exec(text.slice(cursor.at, cursor.at + 200)) ?? [];
  const short = /^\d/.test(name) ? name.slice(0, 1) : name;
  cursor.at += short.length;
  if (short === '') return { type: 'text', text: '$', quoted };
  return { type: 'variable', name: short, operator: '', word: [], quoted };
}

/** `${NAME}`, `${#NAME}`, `${NAME:-word}` and its relatives. */
function readBraces(cursor: Cursor, quoted: boolean): Part {
  const head = /^\{(#?)(\w+|[?$!#@*-])(:?[-=+?]|%%|%|##|#)?/.exec(cursor.text.slice(cursor.at, cursor.at + 200));
  if (!head) throw new SyntaxFault('bad substitution');
  const [whole, length, name = '', operator = ''] = head;
  cursor.at += whole.length;
  const word = readQuoted(cursor, '}');
  return { type: 'variable', name, operator: length === '#' ? 'length' : operator, word, quoted };
}
