import { stripVTControlCharacters } from 'node:util';
import { Text } from 'ink';
import { textWidth, truncate } from './text.ts';

/**
 * Lines drawn as one text, which costs Ink a single node. Ink cuts such a text off as a whole when one of its lines is too
 * wide, so each is held to the width here; one that was too wide loses its style.
 */
export function Lines({ lines, width }: { lines: readonly string[]; width: number }) {
  return <Text wrap="truncate">{lines.map((line) => clip(line, width)).join('\n')}</Text>;
}

function clip(line: string, width: number): string {
  return textWidth(line) <= width ? line : truncate(stripVTControlCharacters(line), width);
}
