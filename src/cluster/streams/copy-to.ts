import { posix } from 'node:path';
import { Problem } from '../../base/errors.ts';
import type { Connection } from '../connection.ts';
import { execInPod } from './exec.ts';
import { type LocalFile, listLocalFiles } from './local-files.ts';
import { type InContainer, outputIn, remoteSums } from './remote-sums.ts';
import { archiveOf } from './tar-archive.ts';

export interface Copied {
  files: number;
  bytes: number;
  /** The file or folder that was written. */
  target: string;
  /** How it was made sure that every file arrived whole. `nothing`: the container can tell neither sums nor sizes. */
  verified: 'sha256' | 'size' | 'nothing';
}

/**
 * Copies a file or folder of this machine into a container, through `tar` there, and makes sure that it arrived. `to` that
 * is a folder, or ends with `/`, gets it under its own name, as with `kubectl cp`. Throws `Problem`.
 */
export async function copyTo(
  connection: Connection,
  place: InContainer,
  { from, to, onProgress }: { from: string; to: string; onProgress?: (bytes: number, all: number) => void },
): Promise<Copied> {
  const files = await listLocalFiles(from);
  const all = files.reduce((sum, { size }) => sum + size, 0);
  const target = await targetOf(connection, place, from, to);
  const folder = posix.dirname(target);
  const sums = new Map<string, string>();
  await inContainer(connection, place, ['mkdir', '-p', '--', folder]);
  let bytes = 0;
  const archive = archiveOf(files, posix.basename(target), sums, (count) => {
    bytes += count;
    onProgress?.(bytes, all);
  });
  const said: Buffer[] = [];
  // -m: the times of files are the container's; -o is not asked for, as owners there are others.
  const command = ['tar', '-xmf', '-', '-C', folder];
  const onStderr = (text: Buffer) => void said.push(text);
  const code = await execInPod(connection, { ...place, command, stdin: archive, knowsEnd: true, onStderr });
  if (code !== 0) throw unpackProblem(code, target, place, Buffer.concat(said).toString('utf8'));
  const verified = await verify(connection, place, target, files, sums);
  return { files: sums.size, bytes, target, verified };
}

/** Whether the container has exactly these files already. Undefined: it cannot tell. */
export async function isCopiedTo(
  connection: Connection,
  place: InContainer,
  { from, to }: { from: string; to: string },
): Promise<boolean | undefined> {
  const files = await listLocalFiles(from);
  const target = await targetOf(connection, place, from, to);
  const sums = new Map<string, string>();
  for await (const _ of archiveOf(files, 'x', sums, () => {}));
  const only = files.filter(({ kind }) => kind === 'file');
  const remote = await remoteSums(
    connection,
    place,
    only.map(({ name }) => joined(target, name)),
  );
  if (remote?.by !== 'sha256') return undefined;
  return only.every(({ name }, index) => remote.values[index] === sums.get(name));
}

async function targetOf(connection: Connection, place: InContainer, from: string, to: string): Promise<string> {
  const clean = posix.normalize(to);
  if (!clean.startsWith('/')) throw new Problem(`The path in the container must begin with \`/\`: ${to}`);
  const own = posix.basename(from);
  const isFolder = clean.endsWith('/') || (await outputIn(connection, place, ['test', '-d', clean])).code === 0;
  if (!isFolder) return clean;
  return posix.join(clean, own);
}

async function verify(
  connection: Connection,
  place: InContainer,
  target: string,
  files: readonly LocalFile[],
  sums: ReadonlyMap<string, string>,
): Promise<Copied['verified']> {
  const only = files.filter(({ kind }) => kind === 'file');
  const paths = only.map(({ name }) => joined(target, name));
  const remote = await remoteSums(connection, place, paths);
  if (!remote) return 'nothing';
  const wrong = only.flatMap(({ name, size }, index) => {
    const wanted = remote.by === 'sha256' ? sums.get(name) : String(size);
    return remote.values[index] === wanted
      ? []
      : [`${paths[index]}: ${remote.values[index] ?? 'not there'}, not ${wanted}`];
  });
  if (wrong.length === 0) return remote.by;
  throw new Problem(
    `What arrived in the container is not what was sent: ${wrong.length} of ${only.length} files differ`,
    {
      where: `pod ${place.pod}, container ${place.container}`,
      evidence: wrong.slice(0, 5),
      next: ['Is the disk full there, or does something else write these files? Then copy it again'],
    },
  );
}

function joined(target: string, name: string): string {
  return name === '' ? target : `${target}/${name}`;
}

async function inContainer(connection: Connection, place: InContainer, command: string[]): Promise<void> {
  const { code, errors } = await outputIn(connection, place, command);
  if (code === 0) return;
  throw new Problem(`${command[0]} ended with ${code} in the container`, {
    where: `pod ${place.pod}, container ${place.container}`,
    evidence: errors.split('\n'),
  });
}

function unpackProblem(code: number, target: string, { pod, container }: InContainer, said: string): Problem {
  return new Problem(`${target} could not be written: tar ended with ${code}`, {
    where: `pod ${pod}, container ${container}`,
    evidence: said.trim().split('\n').slice(-5),
    next: ['A file system there may be full or read-only; an emptyDir or a volume can be written'],
  });
}
