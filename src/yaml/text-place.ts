import { isScalar, visit } from 'yaml';
import { type LocatedDocument, locate, type YamlPath } from './parse.ts';

/**
 * Where a stretch of a text value stands in its file. Plain and quoted texts on one line are exact; in a folded or escaped
 * text, whose characters are not those of the file, it is the whole value.
 */
export function placeInText(
  document: LocatedDocument,
  path: YamlPath,
  offset: number,
  length: number,
): { start: number; end: number } {
  const whole = locate(document, path);
  const written = document.source.text.slice(whole.start, whole.end);
  const text = textAt(document, whole.start);
  if (text === undefined) return whole;
  const wanted = text.slice(offset, offset + length);
  const shift = written.startsWith('"') || written.startsWith("'") ? 1 : 0;
  if (written.slice(shift + offset, shift + offset + length) === wanted && wanted !== '')
    return { start: whole.start + shift + offset, end: whole.start + shift + offset + length };
  // A text over several lines: its first line that holds the place's words.
  const words = wanted.split('\n')[0]?.trim() ?? '';
  const at = words === '' ? -1 : written.indexOf(words);
  return at === -1 ? whole : { start: whole.start + at, end: whole.start + at + words.length };
}

function textAt(document: LocatedDocument, start: number): string | undefined {
  let found: string | undefined;
  visit(document.document, {
    Scalar(_, node) {
      if (node.range?.[0] !== start || !isScalar(node) || typeof node.value !== 'string') return undefined;
      found = node.value;
      return visit.BREAK;
    },
  });
  return found;
}
