import type { DumpItem } from '../../postgres/dump.ts';

// PostgreSQL's custom archive, version 1.14 (src/bin/pg_dump/pg_backup_archiver.c and pg_backup_custom.c): a head, a table
// of contents, and blocks of data. Integers are a sign byte and four bytes, the lowest first; texts have their length before.

/** What a custom archive begins with. */
export const magic = 'PGDMP';
/** Type of a block with the rows of one table. */
export const dataBlock = 1;

/** An item of an archive by its number. */
export interface ArchiveItem extends DumpItem {
  id: number;
  owner: string;
}

export const sections = { 'before data': 2, data: 3, 'after data': 4 } as const;

export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = value < 0 ? 1 : 0;
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}

/** A text, or none. */
export function textOf(text: string | undefined): Buffer {
  if (text === undefined) return integer(-1);
  const bytes = Buffer.from(text);
  return Buffer.concat([integer(bytes.length), bytes]);
}
