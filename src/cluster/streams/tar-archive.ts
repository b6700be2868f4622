import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { pack } from 'tar-stream';
import { Problem } from '../../base/errors.ts';
import type { LocalFile } from './local-files.ts';

/**
 * The bytes of an archive of these files, whose names in it begin with `root`; read as fast as it is asked for them. SHA-256
 * sums are put into `sums` by the file's name as each has been read.
 */
export async function* archiveOf(
  files: readonly LocalFile[],
  root: string,
  sums: Map<string, string>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const packer = pack();
  const ending = new AbortController();
  const { signal } = ending;
  let fault: unknown;
  const write = async () => {
    for (const { path, name, kind, size, mode, modified } of files) {
      const about = { name: name === '' ? root : `${root}/${name}`, mode, mtime: new Date(modified) };
      if (kind === 'folder') {
        packer.entry({ ...about, name: `${about.name}/`, type: 'directory' });
        continue;
      }
      const entry = packer.entry({ ...about, size, type: 'file' });
      const hash = createHash('sha256');
      let read = 0;
      for await (const chunk of createReadStream(path, { signal }) as AsyncIterable<Buffer>) {
        read += chunk.length;
        if (read > size) break;
        hash.update(chunk);
        onBytes(chunk.length);
        if (!entry.write(chunk)) await once(entry, 'drain', { signal });
      }
      if (read !== size) throw new Problem(`${path} changed while it was copied`, { next: ['Copy it again'] });
      entry.end(Buffer.alloc(0));
      sums.set(name, hash.digest('hex'));
    }
    packer.finalize();
  };
  const writing = write().catch((error) => {
    fault = error;
    packer.destroy();
  });
  try {
    for await (const chunk of packer as AsyncIterable<Uint8Array>) yield chunk;
    await writing;
    if (fault) throw fault;
  } catch (error) {
    throw fault ?? error;
  } finally {
    ending.abort();
    packer.destroy();
  }
}

/**
 * The path of an archive's entry below the thing that was asked for; empty for the thing itself. Throws `Problem` for a name
 * that leads anywhere else: an archive comes from a container, and what runs there may be hostile.
 */
export function nameBelow(root: string, name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const outside = name.startsWith('/') || name.includes('\0') || name.includes('\\') || parts.includes('..');
  if (outside || parts[0] !== root)
    throw new Problem(
      `The archive from the container names a file outside of what was asked for: ${JSON.stringify(name)}`,
      {
        next: ['Nothing more of it was written; look at what runs in that container'],
      },
    );
  return parts.slice(1).join('/');
}
