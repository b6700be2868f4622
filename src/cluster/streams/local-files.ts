import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, Problem } from '../../base/errors.ts';

/** A file or folder on this machine that is to be copied. */
export interface LocalFile {
  path: string;
  /** Below what is copied, with `/` between; empty for the thing itself. */
  name: string;
  kind: 'file' | 'folder';
  size: number;
  /** Permission bits. */
  mode: number;
  /** ms since 1970. */
  modified: number;
}

/**
 * A file, or a folder with all that is in it, folders before their contents. Throws `Problem` for what is not there and for
 * links and devices: what a link leads to may be outside of what was meant.
 */
export async function listLocalFiles(path: string): Promise<LocalFile[]> {
  const found: LocalFile[] = [];
  const visit = async (at: string, name: string): Promise<void> => {
    const about = await lstat(at).catch((cause: unknown) => {
      throw new Problem(`${at} cannot be read`, { evidence: [messageOf(cause)], cause });
    });
    if (!about.isFile() && !about.isDirectory())
      throw new Problem(
        `${at} is ${about.isSymbolicLink() ? 'a symbolic link' : 'no file'}; only files and folders are copied`,
        {
          next: ['Name what it leads to, or leave it out of the folder'],
        },
      );
    const kind = about.isFile() ? 'file' : 'folder';
    const size = about.isFile() ? about.size : 0;
    found.push({ path: at, name, kind, size, mode: about.mode & 0o777, modified: about.mtimeMs });
    if (kind === 'file') return;
    for (const entry of (await readdir(at)).sort())
      await visit(join(at, entry), name === '' ? entry : `${name}/${entry}`);
  };
  await visit(path, '');
  return found;
}
