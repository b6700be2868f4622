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
  const lines = source
    .replace(/\r\n?/g, '\n')
    .replace(/<!--[\s\S]*?-->/g, '')
    .split('\n');
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
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    const item = /^(\s*)(?:[-*+]|(\d{1,3})[.)])\s+(.*)$/.exec(line);
    if (line.trim() === '') open = undefined;
    else if (heading) {
      add({ type: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' });
      open = undefined;
    } else if (item) {
      const indent = Math.min(3, Math.floor((item[1] ?? '').length / 2));
      open = add({ type: 'item', indent, mark: item[2], text: item[3] ?? '' });
    } else if (open) open.text += ` ${line.trim()}`;
    else open = add({ type: 'paragraph', text: line.trim() });
  }
  return blocks;
}

/** A text with `code`, **strong**, *emphasis* and [links](to) as plain words: a link's address stands behind its text. */
export function plainMarkdown(text: string): string {
  // What stands in backticks stays as it is.
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : plainPart(part)))
    .join('');
}

function plainPart(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)/g, (_, words: string, to: string) =>
      words === to || words === '' ? to : `${words} (${to})`,
    )
    .replace(/<(https?:[^>\s]+)>/g, '$1')
    .replace(/(\*\*|__)(?=\S)(.+?)\1/g, '$2')
    .replace(/(?<![\w*])\*(?=\S)([^*]+?)\*(?!\w)/g, '$1');
}
