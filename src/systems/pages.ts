import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTextFile } from '../base/text-file.ts';
import type { SystemRoot } from './system.ts';

/** More than this is no page that somebody reads to its end. */
const mostBytes = 256 * 1024;

/** `tars/next-steps` of every page, `<system>/pages/<name>.md`, that the roots hold. */
export function pageNames(roots: readonly SystemRoot[]): string[] {
  const names = roots.flatMap(({ folder }) =>
    namesIn(folder).flatMap((system) =>
      namesIn(join(folder, system, 'pages'))
        .filter((file) => /^[a-z0-9-]+\.md$/.test(file))
        .map((file) => `${system}/${file.slice(0, -'.md'.length)}`),
    ),
  );
  return [...new Set(names)].sort();
}

/** The Markdown of a page; the first root that has it wins. Undefined when there is none. Throws `Problem`. */
export function readPage(ref: string, roots: readonly SystemRoot[]): string | undefined {
  const [, system, name] = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(ref) ?? [];
  // A reference is a name, never a way out of the roots.
  if (system === undefined || name === undefined) return undefined;
  const file = roots.map(({ folder }) => join(folder, system, 'pages', `${name}.md`)).find((path) => existsSync(path));
  return file === undefined ? undefined : readTextFile(file, mostBytes);
}

function namesIn(folder: string): string[] {
  // What bears the name and is no folder, or may not be read, holds none.
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
