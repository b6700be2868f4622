/** What a file system in memory consists of. */
export type Entry = Folder | File | Link;

export interface Folder {
  kind: 'folder';
  mode: number;
  /** Milliseconds since 1970. */
  modified: number;
  entries: Map<string, Entry>;
  /** Nothing below may be written: a ConfigMap, a Secret, a mount that says so. */
  readOnly?: boolean;
}

export interface File {
  kind: 'file';
  mode: number;
  modified: number;
  data: Buffer;
  readOnly?: boolean;
}

interface Link {
  kind: 'link';
  mode: number;
  modified: number;
  target: string;
}

export function folder(mode = 0o755, modified = Date.now()): Folder {
  return { kind: 'folder', mode, modified, entries: new Map() };
}

export function file(data: string | Buffer, mode = 0o644, modified = Date.now()): File {
  return { kind: 'file', mode, modified, data: Buffer.from(data) };
}

/** Why a file could not be read or written, in libc's words: `No such file or directory`. */
export class FileError extends Error {}

/** The path from the root, without `.`, `..` and doubled slashes. */
export function absolute(from: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${from}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
