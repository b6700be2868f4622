import { Problem } from '../../base/errors.ts';
import type { Connection } from '../connection.ts';
import { execInPod } from './exec.ts';

/** A container, and what ends the work in it. */
export interface InContainer {
  namespace: string;
  pod: string;
  container: string;
  signal?: AbortSignal | undefined;
}

/** What is known of files in a container, in the order of their paths; undefined for one that cannot be read. */
export interface RemoteSums {
  by: 'sha256' | 'size';
  /** A sum in hexadecimal, or a number of bytes. */
  values: (string | undefined)[];
}

/** The output of a command in a container, and how it ended. Throws `Problem` where it cannot be started. */
export async function outputIn(
  connection: Connection,
  place: InContainer,
  command: readonly string[],
): Promise<{ code: number; text: string; errors: string }> {
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  const code = await execInPod(connection, {
    ...place,
    command,
    onStdout: (bytes) => keep(chunks, bytes),
    onStderr: (bytes) => keep(errors, bytes),
  });
  return { code, text: Buffer.concat(chunks).toString('utf8'), errors: Buffer.concat(errors).toString('utf8').trim() };
}

/** What these short commands may write; a container that writes without an end is not what it says it is. */
const mostBytes = 16 * 1024 * 1024;

function keep(into: Buffer[], bytes: Buffer): void {
  into.push(bytes);
  if (into.length % 64 === 0 && into.reduce((sum, { length }) => sum + length, 0) > mostBytes)
    throw new Problem('The container writes without an end in answer to a short question');
}

/** SHA-256 sums of files in a container, or their sizes where it has no `sha256sum`. Undefined where it can tell neither. */
export async function remoteSums(
  connection: Connection,
  place: InContainer,
  paths: readonly string[],
): Promise<RemoteSums | undefined> {
  const sums = await each(connection, place, 'sha256sum', paths, (line) => /^\\?([0-9a-f]{64}) /.exec(line)?.[1]);
  if (sums) return { by: 'sha256', values: sums };
  const sizes = await each(connection, place, 'stat', paths, (line) => /^\d+$/.exec(line.trim())?.[0], ['-c', '%s']);
  return sizes && { by: 'size', values: sizes };
}

/** One program over many files, in commands of a bearable length; undefined when the container does not have it. */
async function each(
  connection: Connection,
  place: InContainer,
  program: string,
  paths: readonly string[],
  read: (line: string) => string | undefined,
  options: readonly string[] = [],
): Promise<(string | undefined)[] | undefined> {
  const values: (string | undefined)[] = [];
  for (const some of inParts(paths)) {
    const all = await lines(connection, place, [program, ...options, '--', ...some]);
    if (all === undefined) return undefined;
    // A file that cannot be read has no line: then each is asked about alone, so that none takes another's place.
    if (all.length === some.length) values.push(...all.map(read));
    else
      for (const path of some) {
        const [line = ''] = (await lines(connection, place, [program, ...options, '--', path])) ?? [];
        values.push(read(line));
      }
  }
  return values;
}

async function lines(connection: Connection, place: InContainer, command: readonly string[]) {
  try {
    const { code, text } = await outputIn(connection, place, command);
    if (code === 126 || code === 127) return undefined;
    return text.split('\n').filter((line) => line !== '');
  } catch (error) {
    if (error instanceof Problem && error.message.startsWith('There is no program')) return undefined;
    throw error;
  }
}

function* inParts(paths: readonly string[]): Generator<string[]> {
  let part: string[] = [];
  let length = 0;
  for (const path of paths) {
    if (part.length >= 100 || length + path.length > 8000) {
      yield part;
      part = [];
      length = 0;
    }
    part.push(path);
    length += path.length + 1;
  }
  if (part.length > 0) yield part;
}
