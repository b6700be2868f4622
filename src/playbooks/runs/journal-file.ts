import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** An open journal as its writer needs it; a test puts a full or a broken disk in its place. */
export interface JournalFile {
  read(): Buffer;
  /** Appends some of these bytes and says how many. Throws what the system says. */
  write(bytes: Buffer): number;
  /** Returns when all that was written is on the disk. */
  sync(): void;
  truncate(bytes: number): void;
  /** Length in bytes, and whether the file still has a name. */
  state(): { bytes: number; named: boolean };
  close(): void;
}

/** Opens a file to append to it, mode 0600; makes it where there is none. Throws what the system says. */
export function openJournalFile(path: string): JournalFile {
  const descriptor = openSync(path, 'a+', 0o600);
  return {
    read: () => readFileSync(path),
    write: (bytes) => writeSync(descriptor, bytes),
    sync: () => fsyncSync(descriptor),
    truncate: (bytes) => ftruncateSync(descriptor, bytes),
    state() {
      const { size, nlink } = fstatSync(descriptor);
      return { bytes: size, named: nlink > 0 };
    },
    close: () => closeSync(descriptor),
  };
}

/** A new file's name is durable only when its folder is. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
