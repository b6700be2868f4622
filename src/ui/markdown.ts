/** A part of a plain Markdown page. */
export type MarkdownBlock =
  | { type: 'heading'; level: number; text: string }
  | { type: 'paragraph'; text: string }
  /** `indent` counts levels from 0; `mark` is the number of a numbered list, else undefined. */
  | { type: 'item'; indent: number; mark: string | undefined; text: string }
  | { type: 'code'; lines: string[] };

/**
 * Reads the plain part of CommonMark: headings with `#`, paragraphs, lists, fenced code. Everything else is a paragraph. HTML
 * comments are left out. Never throws.
 */
export function parseMarkdown(source: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  const lines = withoutComments(source.replace(/\r\n?/g, '\n')).split('\n');
  let fence: { mark: string; block: Extract<MarkdownBlock, { type: 'code' }> } | undefined;
  let open: Extract<MarkdownBlock, { type: 'paragraph' | 'item' }> | undefined;
  const add = <Block extends MarkdownBlock>(block: Block): Block => {
    blocks.push(block);
    return block;
  };
  for (const line of lines) {
    if (fence) {
      if (line.trim().startsWith(fence.mark)) fence = undefined;
      else fence.block.lines.push(line);
      continue;
    }
    const fenced = /^\s{0,3}(`{3,}|~{3,})/.exec(line);
    if (fenced) {
      fence = { mark: fenced[1] ?? '```', block: add({ type: 'code', lines: [] }) };
      open = undefined;
      continue;
    }
    const heading = /^(#{1,6})\s(.*)$/.exec(line);
    const item = /^(\s*)(?:[-*+]|(\d{1,3})[.)])\s+(.*)$/.exec(line);
    if (line.trim() === '') open = undefined;
    else if (heading) {
      add({
        type: 'heading',
        level: heading[1]?.length ?? 1,
        text: (heading[2] ?? '').trim().replace(closing, '').trim(),
      });
      open = undefined;
    } else if (item) {
      const indent = Math.min(3, Math.floor((item[1] ?? '').length / 2));
      open = add({ type: 'item', indent, mark: item[2], text: item[3] ?? '' });
    } else if (open) open.text += ` ${line.trim()}`;
    else open = add({ type: 'paragraph', text: line.trim() });
  }
  return blocks;
}

/** The signs that may close a heading; looked for from a sign that none stands before, so that a row of them is read once. */
const closing = /(?<!#)#+$/;

/** Searched once from beginning to end: one that is never closed is none, and nothing behind it is either. */
function withoutComments(source: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const begin = source.indexOf('<!--', from);
    const end = begin === -1 ? -1 : source.indexOf('-->', begin);
    if (end === -1) return parts.join('') + source.slice(from);
    parts.push(source.slice(from, begin));
    from = end + '-->'.length;
  }
}

/** A text with `code`, **strong**, *emphasis* and [links](to) as plain words: a link's address stands behind its text. */
export function plainMarkdown(text: string): string {
  // What stands in backticks stays as it is.
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : plainPart(part)))
    .join('');
}

// Each part has an end to its length: a page that is all beginnings would else be searched to its end from each of them.
function plainPart(text: string): string {
  return text
    .replace(/!?\[([^[\]]{0,500})\]\(([^()\s]{1,500})(?:\s[^()]{0,200})?\)/g, (_, words: string, to: string) =>
      words === to || words === '' ? to : `${words} (${to})`,
    )
    .replace(/<(https?:[^<>\s]{1,500})>/g, '$1')
    .replace(/(\*\*|__)(?=\S)(.{1,500}?)\1/g, '$2')
    .replace(/(?<![\w*])\*(?=\S)([^*]{1,500}?)\*(?!\w)/g, '$1');
}
