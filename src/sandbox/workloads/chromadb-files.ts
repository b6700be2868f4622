import { randomBytes, randomUUID } from 'node:crypto';
import { file, folder } from './files/entries.ts';
import type { FileSystem } from './files/file-system.ts';

/** Puts the files there that a ChromaDB keeps: its SQLite database and the index of one collection. What is there stays. */
export function makeChromaFiles(files: FileSystem, path: string): void {
  files.makeFolder(path, true);
  if (files.find(`${path}/chroma.sqlite3`)) return;
  files.write(`${path}/chroma.sqlite3`, emptyDatabase());
  const index = folder();
  index.entries.set('data_level0.bin', file(randomBytes(64 * 1024)));
  index.entries.set('header.bin', file(randomBytes(100)));
  index.entries.set('length.bin', file(Buffer.alloc(4000)));
  index.entries.set('link_lists.bin', file(''));
  files.place(`${path}/${randomUUID()}`, index);
}

const pageSize = 4096;

/** A SQLite database without tables: https://www.sqlite.org/fileformat2.html, its head and one leaf page. */
function emptyDatabase(): Buffer {
  const page = Buffer.alloc(pageSize);
  page.write('SQLite format 3\0', 'latin1');
  page.writeUInt16BE(pageSize, 16);
  // Rollback journal for writing and reading, no room reserved, the fractions that are fixed.
  page.set([1, 1, 0, 64, 32, 32], 18);
  page.writeUInt32BE(1, 24);
  page.writeUInt32BE(1, 28);
  page.writeUInt32BE(4, 44);
  page.writeUInt32BE(1, 56);
  page.writeUInt32BE(1, 92);
  page.writeUInt32BE(3_045_000, 96);
  // An empty leaf of a table.
  page[100] = 0x0d;
  page.writeUInt16BE(pageSize, 105);
  return page;
}
