import { type Document, isNode, isScalar, visit } from 'yaml';

/**
 * Where keys stand that their map has already: pairs of offsets. The parser's own check compares each key with each, which of a
 * map with some ten thousand takes minutes.
 */
export function duplicateKeys(document: Document.Parsed): [start: number, end: number][] {
  const found: [number, number][] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value) && isNode(key) && key.range) found.push([key.range[0], key.range[1]]);
        seen.add(key.value);
      }
    },
  });
  return found;
}
