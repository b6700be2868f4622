import { absolute, type Entry, type File, FileError, type Folder, file, folder } from './entries.ts';

/** Files of one container, all in memory. Paths are absolute; everything but `find` throws `FileError`. */
export interface FileSystem {
  /** What is there, links followed. */
  find(path: string): Entry | undefined;
  /** The entry itself when it is a link. */
  findLink(path: string): Entry | undefined;
  read(path: string): Buffer;
  /** The names in a folder, sorted. */
  list(path: string): string[];
  write(path: string, data: Buffer, append?: boolean): void;
  makeFolder(path: string, parents?: boolean): void;
  remove(path: string): void;
  /** Puts an entry there in place of what was: links, moved things, mounts. */
  place(path: string, entry: Entry, force?: boolean): void;
}

/** How much one container may write: it is this process' memory. */
export const largestBytes = 128 * 1024 * 1024;
/** Of an entry that holds nothing. */
const smallestEntry = 256;
const deepestLinks = 16;

function sizeOf(entry: Entry): number {
  if (entry.kind === 'file') return smallestEntry + entry.data.length;
  if (entry.kind === 'link') return smallestEntry + entry.target.length;
  let size = smallestEntry;
  for (const [name, below] of entry.entries) size += name.length + sizeOf(below);
  return size;
}

const rooms = new WeakMap<File, Buffer>();

/** Appends in a room that doubles when it is full: many small writes would else copy the file as many times. */
function extend(entry: File, data: Buffer): void {
  const { length } = entry.data;
  let room = rooms.get(entry);
  const fits = room && room.length >= length + data.length && room.buffer === entry.data.buffer;
  if (!room || !fits) {
    room = Buffer.allocUnsafeSlow(Math.max(256, 2 * (length + data.length)));
    entry.data.copy(room);
    rooms.set(entry, room);
  }
  data.copy(room, length);
  entry.data = room.subarray(0, length + data.length);
}

export function createFileSystem(root: Folder): FileSystem {
  let written = 0;
  const take = (bytes: number) => {
    if (written + bytes > largestBytes) throw new FileError('No space left on device');
    written += bytes;
  };

  const walk = (path: string, followLast: boolean, depth = 0): { entry: Entry | undefined; locked: boolean } => {
    if (depth > deepestLinks) throw new FileError('Too many levels of symbolic links');
    const parts = path.split('/').filter((part) => part !== '');
    let entry: Entry = root;
    let locked = root.readOnly ?? false;
    for (const [index, part] of parts.entries()) {
      if (entry.kind !== 'folder') return { entry: undefined, locked };
      const next = entry.entries.get(part);
      if (!next) return { entry: undefined, locked };
      const last = index === parts.length - 1;
      if (next.kind === 'link' && (followLast || !last)) {
        const here = `/${parts.slice(0, index).join('/')}`;
        const target = absolute(here, next.target);
        return walk(`${target}/${parts.slice(index + 1).join('/')}`, followLast, depth + 1);
      }
      entry = next;
      if (next.kind !== 'link' && next.readOnly) locked = true;
    }
    return { entry, locked };
  };
  const parentOf = (path: string) => {
    const at = path.lastIndexOf('/');
    const { entry, locked } = walk(path.slice(0, at) || '/', true);
    if (!entry) throw new FileError('No such file or directory');
    if (entry.kind !== 'folder') throw new FileError('Not a directory');
    return { parent: entry, name: path.slice(at + 1), locked };
  };
  const writable = (path: string) => {
    const { parent, name, locked } = parentOf(path);
    if (locked) throw new FileError('Read-only file system');
    return { parent, name };
  };
  const needFile = (path: string) => {
    const { entry } = walk(path, true);
    if (!entry) throw new FileError('No such file or directory');
    if (entry.kind !== 'file') throw new FileError('Is a directory');
    return entry;
  };

  return {
    find: (path) => walk(path, true).entry,
    findLink: (path) => walk(path, false).entry,
    read: (path) => needFile(path).data,
    list(path) {
      const { entry } = walk(path, true);
      if (!entry) throw new FileError('No such file or directory');
      if (entry.kind !== 'folder') throw new FileError('Not a directory');
      return [...entry.entries.keys()].sort();
    },
    write(path, data, append = false) {
      if (path === '/dev/null') return;
      const found = walk(path, true);
      if (found.entry?.kind === 'folder') throw new FileError('Is a directory');
      if (found.entry && found.locked) throw new FileError('Read-only file system');
      take(data.length + (found.entry ? 0 : path.length + smallestEntry));
      if (found.entry?.kind === 'file') {
        written -= append ? 0 : Math.min(written, found.entry.data.length);
        if (append) extend(found.entry, data);
        else found.entry.data = Buffer.from(data);
        found.entry.modified = Date.now();
        return;
      }
      const { parent, name } = writable(path);
      parent.entries.set(name, file(data));
    },
    makeFolder(path, parents = false) {
      const there = walk(path, true).entry;
      if (there && (!parents || there.kind !== 'folder')) throw new FileError('File exists');
      if (there) return;
      const above = path.slice(0, path.lastIndexOf('/')) || '/';
      if (parents && !walk(above, true).entry) this.makeFolder(above, true);
      const { parent, name } = writable(path);
      take(path.length + smallestEntry);
      parent.entries.set(name, folder());
    },
    remove(path) {
      const { parent, name } = writable(path);
      const entry = parent.entries.get(name);
      if (!entry) throw new FileError('No such file or directory');
      if (entry.kind === 'folder' && entry.readOnly) throw new FileError('Resource busy');
      parent.entries.delete(name);
      written = Math.max(0, written - path.length - sizeOf(entry));
    },
    place(path, entry, force = false) {
      if (force) {
        const above = path.slice(0, path.lastIndexOf('/')) || '/';
        if (!walk(above, true).entry) this.makeFolder(above, true);
        const { parent, name } = parentOf(path);
        parent.entries.set(name, entry);
        return;
      }
      const { parent, name } = writable(path);
      take(path.length + sizeOf(entry));
      parent.entries.set(name, entry);
    },
  };
}
