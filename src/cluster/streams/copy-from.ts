import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { extract, type Header } from 'tar-stream';
import { messageOf, Problem } from '../../base/errors.ts';
import type { Connection } from '../connection.ts';
import type { Copied } from './copy-to.ts';
import { execInPod } from './exec.ts';
import { listLocalFiles } from './local-files.ts';
import { type InContainer, remoteSums } from './remote-sums.ts';
import { nameBelow } from './tar-archive.ts';

interface Copying {
  from: string;
  to: string;
  onProgress?: (bytes: number) => void;
  /** Nobody else may read what arrives, whatever its modes in the container. */
  isPrivate?: boolean;
}

interface Received {
  /** Below what was asked for. */
  name: string;
  size: number;
  sum: string;
}

/**
 * Copies a file or folder out of a container, through `tar` there. It is written beside its place and takes it only when
 * everything is here and verified. `to` that is a folder, or ends with `/`, gets it under its own name. Throws `Problem`.
 */
export async function copyFrom(
  connection: Connection,
  place: InContainer,
  { from, to, onProgress, isPrivate = false }: Copying,
): Promise<Copied> {
  const source = posix.normalize(from).replace(/(.)\/+$/, '$1');
  const root = posix.basename(source);
  if (!source.startsWith('/') || root === '')
    throw new Problem(`The path in the container must begin with \`/\` and name a file or folder: ${from}`);
  const target = await localTarget(to, root);
  await mkdir(dirname(target), { recursive: true });
  const staging = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.partial`);
  try {
    const modes = isPrivate ? 0o700 : 0o777;
    const received = await receive(connection, place, { source, root, staging, modes, onProgress });
    const verified = await verify(connection, place, source, received);
    await takePlace(staging, target);
    return { files: received.length, bytes: received.reduce((sum, { size }) => sum + size, 0), target, verified };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Whether the files here are those of the container already. Undefined: it cannot tell. */
export async function isCopiedFrom(
  connection: Connection,
  place: InContainer,
  { from, to }: { from: string; to: string },
): Promise<boolean | undefined> {
  const source = posix.normalize(from).replace(/(.)\/+$/, '$1');
  const target = await localTarget(to, posix.basename(source));
  const about = await lstat(target).catch(() => undefined);
  if (!about) return false;
  // Of a folder it cannot be seen from here whether the container has more files than these.
  if (!about.isFile()) return undefined;
  const [file] = await listLocalFiles(target);
  const remote = await remoteSums(connection, place, [source]);
  if (remote?.by !== 'sha256' || !file) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file.path) as AsyncIterable<Buffer>) hash.update(chunk);
  return remote.values[0] === hash.digest('hex');
}

async function localTarget(to: string, root: string): Promise<string> {
  const about = await lstat(to).catch(() => undefined);
  if (about?.isSymbolicLink()) throw new Problem(`${to} is a symbolic link; nothing is written through one`);
  return to.endsWith('/') || about?.isDirectory() ? resolve(to, root) : resolve(to);
}

interface Receiving {
  source: string;
  root: string;
  staging: string;
  /** Of a file no more of its mode is kept. */
  modes: number;
  onProgress?: ((bytes: number) => void) | undefined;
}

async function receive(connection: Connection, place: InContainer, receiving: Receiving): Promise<Received[]> {
  const { source, root } = receiving;
  const extractor = extract();
  const ending = new AbortController();
  const signal = place.signal ? AbortSignal.any([place.signal, ending.signal]) : ending.signal;
  const said: Buffer[] = [];
  const sending = execInPod(connection, {
    ...place,
    signal,
    command: ['tar', 'cf', '-', '-C', posix.dirname(source), root],
    onStderr: (bytes) => void said.push(bytes),
    async onStdout(bytes) {
      if (!extractor.write(bytes)) await once(extractor, 'drain', { signal });
    },
  }).then(
    (code) => {
      extractor.end(Buffer.alloc(0));
      return code;
    },
    (error: unknown) => {
      extractor.destroy(error instanceof Error ? error : new Error(messageOf(error)));
      throw error;
    },
  );
  const unpacking = unpack(extractor, receiving).catch((error: unknown) => {
    ending.abort(error);
    throw error;
  });
  const [sent, unpacked] = await Promise.allSettled([sending, unpacking]);
  place.signal?.throwIfAborted();
  // Whichever failed first took the other down with it.
  if (ending.signal.aborted)
    throw ending.signal.reason instanceof Problem ? ending.signal.reason : broken(sent, ending);
  if (sent.status === 'rejected') throw sent.reason;
  const text = Buffer.concat(said).toString('utf8').trim();
  if (sent.value !== 0)
    throw new Problem(`${source} could not be read in the container: tar ended with ${sent.value}`, {
      where: `pod ${place.pod}, container ${place.container}`,
      evidence: text.split('\n').slice(-5),
    });
  return unpacked.status === 'fulfilled' ? unpacked.value : [];
}

function broken(sent: PromiseSettledResult<number>, ending: AbortController): unknown {
  const reason = sent.status === 'rejected' && sent.reason instanceof Problem ? sent.reason : ending.signal.reason;
  return reason instanceof Problem
    ? reason
    : new Problem(`The archive from the container is broken: ${messageOf(reason)}`);
}

type Extract = ReturnType<typeof extract>;

async function unpack(extractor: Extract, { root, staging, modes, onProgress }: Receiving): Promise<Received[]> {
  const received: Received[] = [];
  let bytes = 0;
  for await (const entry of extractor) {
    const { header } = entry;
    const name = nameBelow(root, header.name);
    refuseLinks(header);
    const path = name === '' ? staging : join(staging, name);
    if (header.type === 'directory') {
      await mkdir(path, { recursive: true, mode: modes });
      entry.resume();
      continue;
    }
    await mkdir(dirname(path), { recursive: true, mode: modes });
    const hash = createHash('sha256');
    // `wx`: the same name twice in an archive is no file but an attempt at something.
    const file = await open(path, 'wx', (header.mode ?? 0o644) & modes);
    try {
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        hash.update(chunk);
        await file.writeFile(chunk);
        bytes += chunk.length;
        onProgress?.(bytes);
      }
    } finally {
      await file.close();
    }
    received.push({ name, size: header.size ?? 0, sum: hash.digest('hex') });
  }
  return received;
}

function refuseLinks({ type, name, linkname }: Header): void {
  if (type === 'file' || type === 'contiguous-file' || type === 'directory') return;
  const what = type === 'symlink' || type === 'link' ? `a link to ${linkname}` : `a ${type}`;
  throw new Problem(`${name} in the container is ${what}; only files and folders are copied`, {
    next: [
      'Name what it leads to, or a folder without links; the mounted files of a ConfigMap are links: name one of them by `..data`',
    ],
  });
}

async function verify(
  connection: Connection,
  place: InContainer,
  source: string,
  received: readonly Received[],
): Promise<Copied['verified']> {
  const paths = received.map(({ name }) => (name === '' ? source : `${source}/${name}`));
  const remote = await remoteSums(connection, place, paths);
  if (!remote) return 'nothing';
  const wrong = received.flatMap(({ size, sum }, index) => {
    const mine = remote.by === 'sha256' ? sum : String(size);
    return remote.values[index] === mine
      ? []
      : [`${paths[index]}: ${remote.values[index] ?? 'gone'} there, ${mine} here`];
  });
  if (wrong.length === 0) return remote.by;
  throw new Problem(`What was read is not what the container has: ${wrong.length} of ${received.length} files differ`, {
    where: `pod ${place.pod}, container ${place.container}`,
    evidence: wrong.slice(0, 5),
    next: ['Files that are being written change while they are copied; stop what writes them, then copy again'],
  });
}

/** A file replaces a file at once; the files of a folder come into the one that is there. */
async function takePlace(staging: string, target: string): Promise<void> {
  const [about, present] = [await lstat(staging), await lstat(target).catch(() => undefined)];
  if (!present || (about.isFile() && present.isFile())) return rename(staging, target);
  if (!about.isDirectory() || !present.isDirectory())
    throw new Problem(`${target} is there and is ${present.isDirectory() ? 'a folder' : 'no folder'}`);
  for (const { path, name, kind } of await listLocalFiles(staging)) {
    if (name === '') continue;
    const place = join(target, name);
    const there = await lstat(place).catch(() => undefined);
    if (there && (kind === 'file' ? !there.isFile() : !there.isDirectory()))
      throw new Problem(`${place} is there and is no ${kind}`);
    if (kind === 'folder') await mkdir(place, { recursive: true });
    else await rename(path, place);
  }
}
