import { type Redirect, SyntaxFault } from './syntax.ts';
import { type Cursor, cursorOver, readQuoted, readWord } from './words.ts';

/** Redirections that stand here, and the blanks around them. */
export function readRedirects(cursor: Cursor, into: Redirect[]): void {
  for (skipBlanks(cursor); ; skipBlanks(cursor)) {
    const head = /^(?:(&)>|(\d?)(>>|<<-?|>&|<&|>\||>|<))/.exec(cursor.text.slice(cursor.at, cursor.at + 8));
    if (!head) return;
    const [whole, both, digit, sign = '>'] = head;
    cursor.at += whole.length;
    skipBlanks(cursor);
    const operator = sign.startsWith('<<') ? '<<' : sign === '>|' ? '>' : sign === '<&' ? '>&' : sign;
    const fd = digit ? Number(digit) : operator === '<' || operator === '<<' ? 0 : 1;
    const redirect: Redirect = { fd, operator: operator as Redirect['operator'], target: readWord(cursor) };
    if (redirect.target.length === 0) throw new SyntaxFault('syntax error: unexpected redirection');
    into.push(redirect);
    if (both) into.push({ fd: 2, operator: '>&', target: [{ type: 'text', text: '1', quoted: false }] });
    if (redirect.operator === '<<') expectHeredoc(cursor, redirect);
  }
}

function expectHeredoc(cursor: Cursor, redirect: Redirect): void {
  const parts = redirect.target.map((part) => (part.type === 'text' ? part : { text: '', quoted: false }));
  cursor.heredocs.push({
    end: parts.map((part) => part.text).join(''),
    quoted: parts.some((part) => part.quoted),
    take: (body) => {
      redirect.target = body;
    },
  });
}

function readHeredocs(cursor: Cursor): void {
  for (const { end, quoted, take } of cursor.heredocs.splice(0)) {
    const lines: string[] = [];
    for (;;) {
      if (cursor.at >= cursor.text.length) throw new SyntaxFault('syntax error: unexpected end of file', true);
      const stop = cursor.text.indexOf('\n', cursor.at);
      const line = cursor.text.slice(cursor.at, stop < 0 ? undefined : stop);
      cursor.at = stop < 0 ? cursor.text.length : stop + 1;
      if (line.trim() === end) break;
      lines.push(`${line}\n`);
    }
    const text = lines.join('');
    take(quoted ? [{ type: 'text', text, quoted: true }] : readQuoted(cursorOver(text, cursor), ''));
  }
}

export function skipBlanks(cursor: Cursor): void {
  for (;;) {
    const char = cursor.text[cursor.at];
    if (char === '\\' && cursor.text[cursor.at + 1] === '\n') cursor.at += 2;
    else if (char === ' ' || char === '\t' || char === '\r') cursor.at += 1;
    else if (char === '#') {
      const end = cursor.text.indexOf('\n', cursor.at);
      cursor.at = end < 0 ? cursor.text.length : end;
    } else return;
  }
}

export function skipLines(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '\n') return;
    cursor.at += 1;
    if (cursor.heredocs.length > 0) readHeredocs(cursor);
  }
}

export function standsHere(cursor: Cursor, word: string): boolean {
  if (!cursor.text.startsWith(word, cursor.at)) return false;
  const next = cursor.text[cursor.at + word.length] ?? ' ';
  return !/\w/.test(word.at(-1) ?? '') ? word !== '!' || /\s/.test(next) : !/[\w=./-]/.test(next);
}

export function expect(cursor: Cursor, word: string): void {
  skipLines(cursor);
  if (!standsHere(cursor, word)) {
    const open = cursor.at >= cursor.text.length;
    throw new SyntaxFault(
      `syntax error: unexpected ${open ? 'end of file' : `"${cursor.text[cursor.at]}"`} (expecting "${word}")`,
      open,
    );
  }
  cursor.at += word.length;
}
