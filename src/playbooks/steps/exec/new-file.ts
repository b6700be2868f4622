import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, Problem } from '../../../base/errors.ts';
import { bytesText } from '../byte-size.ts';
import { type Ends, endsFault, lastBytes } from './ends.ts';

/** A file that was written whole. */
export interface Written {
  file: string;
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

/** A file that comes into being: what is written lies beside its place until it is known to be whole. */
export interface NewFile {
  /** Where it lies until then. */
  readonly partial: string;
  readonly bytes: number;
  write(bytes: Buffer): Promise<void>;
  /** Gives it its name, on disk for good; throws `Problem` where it lacks what it must begin or end with. */
  finish(ends: Ends): Promise<Written>;
  /** Takes away what is there of it; without effect once it is finished. */
  discard(): Promise<void>;
}

/**
 * Begins a file with mode 0600. What the same run has left of an earlier try is removed first. When the signal is aborted it is
 * taken away at once, before anything else gets its turn. Throws `Problem` when a file of this name is there.
 */
export async function beginFile(file: string, run: string, signal: AbortSignal): Promise<NewFile> {
  if (await isThere(file)) throw alreadyThere(file);
  const partial = `${file}.${run}.partial`;
  const handle = await create(partial).catch((error: unknown) => {
    throw unwritable(file, error, 0);
  });
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let [bytes, headBytes] = [0, 0];
  let tail = Buffer.alloc(0);
  const removeNow = () => rmSync(partial, { force: true });
  signal.addEventListener('abort', removeNow, { once: true });
  return {
    partial,
    get bytes() {
      return bytes;
    },
    async write(chunk) {
      await handle.writeFile(chunk).catch((error: unknown) => {
        throw unwritable(file, error, bytes);
      });
      hash.update(chunk);
      bytes += chunk.length;
      tail = lastBytes(tail, chunk);
      if (headBytes < 1024) head.push(Buffer.from(chunk.subarray(0, 1024)));
      headBytes += chunk.length;
    },
    async finish(ends) {
      const fault = endsFault(ends, Buffer.concat(head), tail);
      if (fault) throw new Problem(`What came is not whole: ${fault}`, { where: file, evidence: [bytesText(bytes)] });
      signal.throwIfAborted();
      await handle.sync();
      await handle.close();
      await takeName(partial, file);
      signal.removeEventListener('abort', removeNow);
      return { file, bytes, sha256: hash.digest('hex') };
    },
    async discard() {
      signal.removeEventListener('abort', removeNow);
      await handle.close().catch(() => {});
      await rm(partial, { force: true });
    },
  };
}

/** Whether anything has this name: a link that leads nowhere, too. */
export async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

async function create(partial: string): Promise<FileHandle> {
  await mkdir(dirname(partial), { recursive: true, mode: 0o700 });
  await rm(partial, { force: true });
  const handle = await open(partial, 'wx', 0o600);
  await handle.chmod(0o600);
  return handle;
}

/** A second name is refused where there is a file already, whoever was faster; a rename would write over it. */
async function takeName(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
    await rm(partial, { force: true });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(file);
    // File systems without links: FAT, some network drives.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(code)) throw unwritable(file, error, 0);
    if (await isThere(file)) throw alreadyThere(file);
    await rename(partial, file);
  }
  const folder = await open(dirname(file), 'r');
  await folder.sync().catch(() => {});
  await folder.close();
}

function alreadyThere(file: string): Problem {
  return new Problem(`${file} is there already, and is not written over`, {
    next: ['Choose another name or folder, or move it away'],
  });
}

function unwritable(file: string, error: unknown, bytes: number): Problem {
  const { code } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const why = full
    ? `the disk is full after ${bytesText(bytes)}`
    : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? 'this user may not write there'
      : messageOf(error);
  return new Problem(`${file} could not be written: ${why}`, {
    where: dirname(file),
    next: [
      full ? 'Make room, or choose a folder on another disk; nothing of the file was kept' : 'Choose another folder',
    ],
    cause: error,
  });
}
