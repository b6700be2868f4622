import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/** The folder that holds package.json, menus/, playbooks/ and dist/: the same from sources and from the bundle. */
export function packageRoot(): string {
  if (found) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'menus')))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the package is incomplete: no folder above the program holds menus/');
    folder = parent;
  }
  found = folder;
  return folder;
}
