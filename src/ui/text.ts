import stringWidth from 'string-width';

const plain = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter();

/** Columns that a text takes on a terminal; styles count as nothing, CJK and most emoji as two. */
export function textWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** At most `width` columns of a text without styles; what is cut off is marked by the ellipsis. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return '';
  if (textWidth(text) <= width) return text;
  if (plain.test(text)) return text.slice(0, width - 1) + ellipsis;
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const wide = stringWidth(segment);
    if (used + wide > width - 1) break;
    kept += segment;
    used += wide;
  }
  return kept + ellipsis;
}

/** Fills a text, which may be styled, with spaces up to `width` columns. A longer one stays as it is. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const missing = width - textWidth(text);
  if (missing <= 0) return text;
  return align === 'left' ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

/** Exactly `width` columns of a text without styles: cut off or filled. */
export function fitTo(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
  return pad(truncate(text, width, ellipsis), width, align);
}

/** Breaks a text without styles into lines of at most `width` columns, at spaces where there are any. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, width)));
}

function wrapLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  const indent = /^ */.exec(line)?.[0].slice(0, Math.floor(width / 2)) ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of line.trim().split(/ +/)) {
    const gap = current.trim() === '' ? '' : ' ';
    if (textWidth(current + gap + word) <= width) {
      current += gap + word;
      continue;
    }
    if (gap) lines.push(current);
    const parts = cut(word, width - indent.length).map((part) => indent + part);
    current = parts.pop() ?? indent;
    lines.push(...parts);
  }
  if (current.trim() !== '') lines.push(current);
  return lines;
}

/** A word in parts of at most `width` columns; read once, however long it is. */
function cut(text: string, width: number): string[] {
  const parts: string[] = [];
  let part = '';
  let used = 0;
  const widths = new Map<string, number>();
  for (const segment of plain.test(text) ? text : segments(text)) {
    const wide = widths.get(segment) ?? textWidth(segment);
    widths.set(segment, wide);
    if (used + wide > width && part !== '') {
      parts.push(part);
      [part, used] = ['', 0];
    }
    part += segment;
    used += wide;
  }
  return [...parts, part];
}

function* segments(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** Left text, right text, and spaces between them up to `width`; both may be styled. The right one goes when there is no room. */
export function spread(left: string, right: string, width: number): string {
  const gap = width - textWidth(left) - textWidth(right);
  return gap >= 1 ? left + ' '.repeat(gap) + right : pad(left, width);
}
