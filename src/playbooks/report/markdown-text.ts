import { printableLine } from '../../base/printable.ts';

/** Text that stands for itself in Markdown, on one line: nothing in it is markup or HTML. */
export function inline(text: string): string {
  return printableLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_{}[\]|#~]/g, '\\$&')
    .replace(/^(\s*)([-+]|\d+[.)])(\s)/, '$1\\$2$3');
}

/** A table with a head; cells are text. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(inline)))].join('\n');
}

/** A fenced block; its fence is longer than any in the text. */
export function codeBlock(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
