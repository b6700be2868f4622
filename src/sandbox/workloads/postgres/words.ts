/** SQL text in parts: what stands in quotes, in brackets or in comments does not divide it. */

/** The end of what begins at a place in quotes or a comment; the place itself where neither begins there. */
function skip(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  if (two === '--') return endOf(text, '\n', at);
  if (two === '/*') return endOf(text, '*/', at);
  const first = text[at];
  if (first === "'" || first === '"') {
    for (let end = at + 1; end < text.length; end += 1)
      if (text[end] === first) {
        if (text[end + 1] !== first) return end + 1;
        end += 1;
      }
    return text.length + 1;
  }
  const dollar = first === '$' ? /^\$([A-Za-z_]\w*)?\$/.exec(text.slice(at, at + 64))?.[0] : undefined;
  if (dollar === undefined) return at;
  const end = text.indexOf(dollar, at + dollar.length);
  return end < 0 ? text.length + 1 : end + dollar.length;
}

function endOf(text: string, mark: string, at: number): number {
  const found = text.indexOf(mark, at);
  return found < 0 ? text.length : found + mark.length;
}

/** The place of the next `;` outside of quotes and brackets; -1 when the statement goes on behind the text. */
export function endOfStatement(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const end = skip(text, at);
    if (end > at) {
      at = end - 1;
      continue;
    }
    const letter = text[at];
    if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (letter === ';' && depth <= 0) return at;
  }
  return -1;
}

/** Parts between commas. */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < text.length; at += 1) {
    const end = skip(text, at);
    if (end > at) {
      at = end - 1;
      continue;
    }
    const letter = text[at];
    if (letter === '(' || letter === '[') depth += 1;
    else if (letter === ')' || letter === ']') depth -= 1;
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(begin, at).trim());
      begin = at + 1;
    }
  }
  return [...parts, text.slice(begin).trim()].filter((part) => part !== '');
}

/** Without comments and doubled blanks outside of quotes; the form in which statements are compared. */
export function normalised(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const end = Math.min(text.length, skip(text, at));
    const letter = text[at] ?? '';
    const isComment = end > at && (letter === '-' || letter === '/');
    const part = isComment || /\s/.test(letter) ? ' ' : text.slice(at, Math.max(end, at + 1));
    if (part !== ' ' || parts.at(-1) !== ' ') parts.push(part);
    at = Math.max(end, at + 1) - 1;
  }
  return parts.join('').trim();
}

/** The value of a literal: a number, `true`, a text in quotes, with or without a cast. Undefined for anything else. */
export function literal(text: string): string | null | undefined {
  const bare = text.trim().replace(/::[a-z ]+(\(\d+\))?$/i, '');
  if (/^null$/i.test(bare)) return null;
  if (/^true$/i.test(bare)) return 't';
  if (/^false$/i.test(bare)) return 'f';
  if (/^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(bare)) return bare;
  const quoted = /^E?'((?:[^']|'')*)'$/s.exec(bare);
  return quoted ? (quoted[1] ?? '').replaceAll("''", "'") : undefined;
}
