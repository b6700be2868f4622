import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 of a file, or of all files of a folder with their names. Throws when it cannot be read. */
export function hashPath(path: string): string {
  const hash = createHash('sha256');
  if (!statSync(path).isDirectory()) return hash.update(readFileSync(path)).digest('hex');
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter(isFile).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(`${file.slice(path.length)}\0${hashPath(file)}\0`);
  return hash.digest('hex');
}

/** Links to files count by what they lead to; those to folders could lead round in a circle. */
function isFile(entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.isFile() ?? false;
}
