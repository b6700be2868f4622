import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Problem } from '../../../base/errors.ts';

/** What is known of a file of this machine after it was read from end to end. */
export interface LocalFileFacts {
  path: string;
  bytes: number;
  sha256: string;
  /** Its first and its last four thousand bytes, as text; bytes that are none are replaced. */
  head: string;
  tail: string;
}

const endBytes = 4096;

/** Reads a plain file, however large, and keeps its ends alone. Undefined where there is none; throws `Problem` where it cannot be read. */
export async function readFileFacts(path: string, signal?: AbortSignal): Promise<LocalFileFacts | undefined> {
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  });
  if (!about) return undefined;
  if (!about.isFile()) throw new Problem(`${path} is no file`);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of streamOf(path, signal)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const handle = await open(path, 'r');
  try {
    const part = async (at: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(endBytes), 0, endBytes, at);
      return buffer.subarray(0, bytesRead).toString('utf8');
    };
    return {
      path,
      bytes,
      sha256: hash.digest('hex'),
      head: await part(0),
      tail: await part(Math.max(0, bytes - endBytes)),
    };
  } finally {
    await handle.close();
  }
}

/** The bytes of a file, read as fast as they are taken. Throws `Problem`. */
export async function* streamOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { signal, highWaterMark: 256 * 1024 })) yield chunk as Buffer;
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Problem {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'it is not there' : code === 'EACCES' ? 'this user may not read it' : message;
  return new Problem(`${path} cannot be read: ${why}`, { where: path, cause: error });
}
