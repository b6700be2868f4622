import { exitCodes, Problem } from '../base/errors.ts';
import { closestName } from '../cluster/closest-name.ts';
import { pageNames, readPage } from '../systems/pages.ts';
import { markdownLines } from '../ui/markdown-lines.ts';
import { playbookRoots } from './catalog.ts';
import { outputTheme, printHints } from './output.ts';

/** `page <system>/<name>`: a page of a system, e.g. what to do next. Drawn for a terminal; a pipe gets the same without colours. */
export async function pageCommand(args: string[]): Promise<number> {
  const width = process.stdout.isTTY ? (process.stdout.columns ?? 80) : 100;
  // Who copies a command needs all of it.
  const lines = markdownLines(pageText(args[0] ?? ''), width, outputTheme(), Number.POSITIVE_INFINITY);
  printHints(lines.join('\n'));
  return exitCodes.done;
}

/** The Markdown of a page. Throws `Problem` with what there is when there is no such page. */
export function pageText(ref: string): string {
  const roots = playbookRoots({ workspace: process.cwd() });
  const text = readPage(ref, roots);
  if (text !== undefined) return text;
  const names = pageNames(roots);
  const near = closestName(ref, names);
  throw new Problem(`There is no page "${ref}"`, {
    next: [near ? `Did you mean ${near}?` : `There are: ${names.join(', ') || 'none'}`],
    exitCode: exitCodes.usage,
  });
}
