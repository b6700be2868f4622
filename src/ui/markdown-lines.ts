import { printableLine } from '../base/printable.ts';
import { type MarkdownBlock, parseMarkdown, plainMarkdown } from './markdown.ts';
import { truncate, wrap } from './text.ts';
import type { Theme } from './theme.ts';

/** Longer lines are hard to read, however wide the terminal. */
const readableWidth = 100;

/**
 * A Markdown page as lines of at most `width` columns: text is wrapped; code stands as it is, cut off at `codeWidth`, because a
 * wrapped command is another one.
 */
export function markdownLines(source: string, width: number, theme: Theme, codeWidth = width): string[] {
  const blocks = parseMarkdown(source);
  const room = Math.max(20, Math.min(width, readableWidth));
  const lines = blocks.flatMap((block, index) => [
    ...(index > 0 && apart(blocks[index - 1], block) ? [''] : []),
    ...blockLines(block, block.type === 'code' ? Math.max(20, codeWidth) : room, theme),
  ]);
  return lines;
}

/** Items of one list stand together. */
function apart(before: MarkdownBlock | undefined, block: MarkdownBlock): boolean {
  return !(before?.type === 'item' && block.type === 'item');
}

function blockLines(block: MarkdownBlock, width: number, theme: Theme): string[] {
  switch (block.type) {
    case 'heading': {
      const style = block.level === 1 ? (text: string) => theme.accent(theme.title(text)) : theme.title;
      return wrap(shown(block.text), width).map(style);
    }
    case 'paragraph':
      return withCode(wrap(shown(block.text), width), theme);
    case 'item': {
      const mark = block.mark ? `${block.mark}. ` : `${theme.symbols.bullet} `;
      const indent = ' '.repeat(block.indent * 2);
      const hang = ' '.repeat(indent.length + mark.length);
      const lines = withCode(wrap(shown(block.text), width - hang.length), theme);
      return lines.map((line, index) => `${index === 0 ? indent + mark : hang}${line}`);
    }
    case 'code':
      return block.lines.map((line) =>
        theme.info(truncate(`    ${printableLine(line)}`, width, theme.symbols.ellipsis)),
      );
  }
}

function shown(text: string): string {
  return printableLine(plainMarkdown(text));
}

/** Code in sentences loses its backticks where there are colours to tell it by, also where it goes on in the next line. */
function withCode(lines: readonly string[], theme: Theme): string[] {
  const marks = lines.join('').split('`').length - 1;
  if (theme.color === 0 || marks % 2 === 1) return [...lines];
  let inside = false;
  return lines.map((line) =>
    line
      .split('`')
      .map((part, index) => {
        if (index > 0) inside = !inside;
        return inside && part !== '' ? theme.info(part) : part;
      })
      .join(''),
  );
}
