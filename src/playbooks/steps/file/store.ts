import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Problem } from '../../../base/errors.ts';

/** A file as it is. */
export interface FileState {
  /** Undefined where there is none. */
  text: string | undefined;
  mode: number;
  uid: number;
  gid: number;
}

const largest = 16 * 1024 * 1024;

/** Reads a file that is to be edited. Throws `Problem` for what is no plain file: a link leads somewhere that nobody named. */
export async function readState(path: string): Promise<FileState> {
  const stat = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unusable(path, error);
  });
  if (!stat) return { text: undefined, mode: 0, uid: -1, gid: -1 };
  if (stat.isSymbolicLink())
    throw new Problem(`${path} is a link, and is not followed`, {
      next: ['Name the file itself: `readlink -f` shows it'],
    });
  if (!stat.isFile()) throw new Problem(`${path} is no file`);
  if (stat.size > largest) throw new Problem(`${path} is larger than 16 MiB, too large to be edited`);
  const bytes = await readFile(path).catch((error) => {
    throw unusable(path, error);
  });
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new Problem(`${path} is no text in UTF-8, and is not edited`);
  return { text, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid };
}

/** What tells contents apart, and names the backup of one. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Where the backup of a content lies: beside its file, with the run's id. */
export function backupPath(path: string, run: string, text: string): string {
  return join(dirname(path), `${basename(path)}.tars-console-${run}-${digestOf(text).slice(0, 8)}`);
}

/** Keeps a copy as it is; there is only one of each content. */
export async function keepBackup(path: string, run: string, state: FileState): Promise<string | undefined> {
  if (state.text === undefined) return undefined;
  const backup = backupPath(path, run, state.text);
  await writeWhole(backup, state.text, state).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw unusable(path, error);
  });
  return backup;
}

/** Replaces a file in one step, with the mode and the owner that it has, or `mode` for one that is made. Throws `Problem`. */
export async function replaceFile(path: string, text: string, state: FileState, mode: number): Promise<void> {
  const wanted = state.text === undefined ? { ...state, mode } : state;
  const temporary = join(dirname(path), `.${basename(path)}.tars-console-${process.pid}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await rm(temporary, { force: true });
    await writeWhole(temporary, text, wanted);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    // A file that is mounted by itself, as in a container, can only be written over.
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw unusable(path, error);
    await writeOver(path, text);
  }
}

export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw unusable(path, error);
  });
}

async function writeWhole(path: string, text: string, { mode, uid, gid }: FileState): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(text);
    await keepOwner(file, uid, gid);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function keepOwner(file: FileHandle, uid: number, gid: number): Promise<void> {
  const stat = await file.stat();
  if (uid >= 0 && (stat.uid !== uid || stat.gid !== gid)) await file.chown(uid, gid);
}

async function writeOver(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  await folder.sync().catch(() => {});
  await folder.close();
}

function unusable(path: string, error: unknown): Error {
  if (error instanceof Problem) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM')
    return new Problem(`${path} may not be changed by this user`, { where: path, cause: error });
  return new Problem(`${path} cannot be written: ${message}`, { where: path, cause: error });
}
