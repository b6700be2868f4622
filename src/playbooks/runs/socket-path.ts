import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { runtimeFolder } from '../../base/folders.ts';

// sockaddr_un holds 104 bytes on macOS, 108 on Linux, the closing zero included; Node cuts a longer path without a word.
const longestSocketPath = 103;

/**
 * Where a run's socket lies: in its folder; where that path is too long for a socket, in the runtime folder; and where even
 * that is, in a folder of the user's in /tmp. The same for everybody who knows the run's folder.
 */
export function socketPath(folder: string, runtime = runtimeFolder()): string {
  const name = `run-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const candidates = [join(folder, 'socket'), join(runtime, name)];
  const short = candidates.find((path) => Buffer.byteLength(path) <= longestSocketPath);
  return short ?? join('/tmp', `tars-console-${userInfo().uid}`, name);
}

/** Makes the socket's folder, mode 0700. Throws where somebody else has made it, who could then put a socket of his own there. */
export function makeSocketFolder(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== userInfo().uid)
    throw new Error(`${folder} belongs to another user; the run cannot be reached there safely`);
  // It may have been made by something that let others look into it, or put something there.
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}
