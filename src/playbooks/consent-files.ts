import type { Hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Above these only size, times and inode count, which nobody sets at will. */
const mostBytes = 16 * 1024 * 1024;
const mostTogether = 128 * 1024 * 1024;
const mostFiles = 2000;

/** What programs that build and deploy read without being told. */
const unnamed = [
  ...['Makefile', 'makefile', 'GNUmakefile', 'Dockerfile', 'Containerfile', '.dockerignore'],
  ...['package.json', 'Taskfile.yml', 'Taskfile.yaml', 'justfile', 'Rakefile', 'build.sh', '.env'],
];

/** All files of a folder and of the folders in it, with their names. */
export function hashFolder(folder: string, hash: Hash): void {
  let count = 0;
  let bytes = 0;
  const visit = (at: string): void => {
    for (const { name, isFolder } of entriesOf(at)) {
      count += 1;
      if (isFolder) visit(join(at, name));
      else bytes += hashFile(join(at, name), hash, count <= mostFiles && bytes <= mostTogether);
    }
  };
  visit(folder);
}

/**
 * The files that texts of a step's configuration name, also within a text (`--file=deploy.sh`), and in the folders that they name
 * what programs read there without being told.
 */
export function hashNamed(config: unknown, folder: string, hash: Hash): void {
  const names = new Set(['.', ...textsIn(config).flatMap((text) => [text, ...text.split(/[\s"'`=,:;|&<>(){}[\]]+/)])]);
  for (const name of [...names].slice(0, mostFiles)) {
    if (name === '' || name.length > 1000 || name.includes('\0')) continue;
    const path = resolve(folder, name);
    hashFile(path, hash);
    for (const file of unnamed) hashFile(join(path, file), hash);
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** A link counts as what it leads to. Returns how many bytes there are. */
function hashFile(path: string, hash: Hash, whole = true): number {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return 0;
    const { size, mtimeMs, ctimeMs, ino, mode } = stat;
    hash.update(JSON.stringify([path, size, mode & 0o111]));
    hash.update(whole && size <= mostBytes ? readFileSync(path) : JSON.stringify([mtimeMs, ctimeMs, ino]));
    return size;
  } catch {
    // It names no file, or none that can be read.
    return 0;
  }
}
