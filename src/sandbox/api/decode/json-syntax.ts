/** What is wrong with a text that is no JSON, in the words of Go's scanner (`encoding/json/scanner.go`); undefined when nothing is. */
export function jsonSyntaxError(text: string): string | undefined {
  const scanner = { text, at: 0 };
  try {
    value(scanner, 0);
    skipSpace(scanner);
    return scanner.at < text.length ? wrong(scanner, 'after top-level value').message : undefined;
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
}

class SyntaxFault extends Error {}

interface Scanner {
  text: string;
  at: number;
}

/** `encoding/json` of Go goes no deeper. */
const deepest = 10_000;

/** Some nesting that the stack bears; a text that goes deeper and ends well is refused by its depth anyway. */
const deepestHere = 2_000;

function wrong({ text, at }: Scanner, context: string): SyntaxFault {
  const character = text[at];
  if (character === undefined) return new SyntaxFault('unexpected end of JSON input');
  const quoted =
    character === "'" ? `'\\''` : character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`;
  return new SyntaxFault(`invalid character ${quoted} ${context}`);
}

function skipSpace(scanner: Scanner): void {
  while (' \t\r\n'.includes(scanner.text[scanner.at] ?? 'x')) scanner.at += 1;
}

function value(scanner: Scanner, depth: number): void {
  skipSpace(scanner);
  const first = scanner.text[scanner.at];
  if (depth > Math.min(deepest, deepestHere)) throw wrong(scanner, 'exceeded max depth');
  if (first === '{') members(scanner, depth);
  else if (first === '[') items(scanner, depth);
  else if (first === '"') text(scanner);
  else if (first === 't') literal(scanner, 'true');
  else if (first === 'f') literal(scanner, 'false');
  else if (first === 'n') literal(scanner, 'null');
  else if (first !== undefined && /[-0-9]/.test(first)) number(scanner);
  else throw wrong(scanner, 'looking for beginning of value');
}

function members(scanner: Scanner, depth: number): void {
  for (let isFirst = true; ; isFirst = false) {
    scanner.at += 1;
    skipSpace(scanner);
    if (isFirst && scanner.text[scanner.at] === '}') break;
    if (scanner.text[scanner.at] !== '"') throw wrong(scanner, 'looking for beginning of object key string');
    text(scanner);
    skipSpace(scanner);
    if (scanner.text[scanner.at] !== ':') throw wrong(scanner, 'after object key');
    scanner.at += 1;
    value(scanner, depth + 1);
    skipSpace(scanner);
    if (scanner.text[scanner.at] === '}') break;
    if (scanner.text[scanner.at] !== ',') throw wrong(scanner, 'after object key:value pair');
  }
  scanner.at += 1;
}

function items(scanner: Scanner, depth: number): void {
  scanner.at += 1;
  skipSpace(scanner);
  while (scanner.text[scanner.at] !== ']') {
    value(scanner, depth + 1);
    skipSpace(scanner);
    if (scanner.text[scanner.at] === ']') break;
    if (scanner.text[scanner.at] !== ',') throw wrong(scanner, 'after array element');
    scanner.at += 1;
    skipSpace(scanner);
    if (scanner.text[scanner.at] === ']') throw wrong(scanner, 'looking for beginning of value');
  }
  scanner.at += 1;
}

function text(scanner: Scanner): void {
  for (scanner.at += 1; scanner.text[scanner.at] !== '"'; scanner.at += 1) {
    const character = scanner.text[scanner.at];
    if (character === undefined || character < ' ') throw wrong(scanner, 'in string literal');
    if (character !== '\\') continue;
    scanner.at += 1;
    if (scanner.text[scanner.at] === 'u') hexadecimals(scanner);
    else if (!'bfnrt\\/"'.includes(scanner.text[scanner.at] ?? 'x')) throw wrong(scanner, 'in string escape code');
  }
  scanner.at += 1;
}

function hexadecimals(scanner: Scanner): void {
  for (let count = 0; count < 4; count++) {
    scanner.at += 1;
    if (!/^[0-9a-fA-F]$/.test(scanner.text[scanner.at] ?? ''))
      throw wrong(scanner, 'in \\u hexadecimal character escape');
  }
}

function literal(scanner: Scanner, word: string): void {
  for (const character of word) {
    if (scanner.text[scanner.at] !== character) throw wrong(scanner, `in literal ${word} (expecting '${character}')`);
    scanner.at += 1;
  }
}

function number(scanner: Scanner): void {
  const digits = (context: string) => {
    if (!/^\d$/.test(scanner.text[scanner.at] ?? '')) throw wrong(scanner, context);
    while (/^\d$/.test(scanner.text[scanner.at] ?? '')) scanner.at += 1;
  };
  if (scanner.text[scanner.at] === '-') scanner.at += 1;
  if (scanner.text[scanner.at] === '0') scanner.at += 1;
  else digits('in numeric literal');
  if (scanner.text[scanner.at] === '.') {
    scanner.at += 1;
    digits('after decimal point in numeric literal');
  }
  if (!/^[eE]$/.test(scanner.text[scanner.at] ?? '')) return;
  scanner.at += 1;
  if (/^[+-]$/.test(scanner.text[scanner.at] ?? '')) scanner.at += 1;
  digits('in exponent of numeric literal');
}
