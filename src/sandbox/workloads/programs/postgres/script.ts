import { endOfStatement } from '../../postgres/words.ts';

/** One thing that psql is told: a statement, with the lines of its COPY, or a command of its own. */
export type Told = { statement: string; data?: string } | { command: string };

/** What a script tells, one after the other. What has no `;` at the end counts all the same. */
export function* readScript(text: string): Generator<Told> {
  let at = 0;
  while (at < text.length) {
    const blank = /^(\s+|--[^\n]*(\n|$))+/.exec(text.slice(at));
    if (blank) at += blank[0].length;
    if (at >= text.length) return;
    if (text[at] === '\\') {
      const end = endOfLine(text, at);
      yield { command: text.slice(at + 1, end).trim() };
      at = end + 1;
      continue;
    }
    const end = endOfStatement(text, at);
    const statement = (end < 0 ? text.slice(at) : text.slice(at, end)).trim();
    at = end < 0 ? text.length : end + 1;
    if (statement === '') continue;
    if (!/^copy\b.*\bfrom\s+stdin\b/is.test(statement)) {
      yield { statement };
      continue;
    }
    at = Math.min(text.length, endOfLine(text, at) + 1);
    const last = /^\\\.\r?$/m.exec(text.slice(at));
    // psql takes the end of its input for the end of the data.
    const data = last ? text.slice(at, at + last.index) : text.slice(at);
    at = last ? Math.min(text.length, endOfLine(text, at + last.index) + 1) : text.length;
    yield { statement, data };
  }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
