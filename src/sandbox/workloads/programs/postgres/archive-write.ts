import type { DumpPiece } from '../../postgres/dump.ts';
import { serverVersion } from '../../postgres/select.ts';
import { type ArchiveItem, dataBlock, integer, magic, sections, textOf } from './archive-format.ts';

/** A dump in the custom format, as `pg_restore` reads it; not compressed. */
export async function* customDump(
  pieces: AsyncIterable<DumpPiece>,
  owner: string,
  database: string,
): AsyncGenerator<Buffer> {
  const items: ArchiveItem[] = [];
  const data = new Map<number, string[]>();
  // The table of contents comes first, and says how much there is.
  for await (const piece of pieces) {
    if ('item' in piece) items.push({ ...piece.item, id: items.length + 1, owner });
    else data.set(items.length, [...(data.get(items.length) ?? []), piece.rows]);
  }
  const setup = [
    { name: 'ENCODING', type: 'ENCODING', text: "SET client_encoding = 'UTF8';\n" },
    { name: 'STDSTRINGS', type: 'STDSTRINGS', text: "SET standard_conforming_strings = 'on';\n" },
    { name: 'SEARCHPATH', type: 'SEARCHPATH', text: "SELECT pg_catalog.set_config('search_path', '', false);\n" },
  ].map((one, index) => ({
    ...one,
    id: items.length + 1 + index,
    schema: '',
    section: 'before data' as const,
    owner: '',
  }));
  const all = [...setup, ...items];
  yield head(database, all.length);
  for (const item of all) yield entry(item);
  for (const { id, type } of items) {
    if (type !== 'TABLE DATA') continue;
    yield Buffer.concat([Buffer.from([dataBlock]), integer(id)]);
    for (const rows of [...(data.get(id) ?? []), '\\.\n']) {
      const bytes = Buffer.from(rows);
      yield Buffer.concat([integer(bytes.length), bytes]);
    }
    yield integer(0);
  }
}

function head(database: string, count: number): Buffer {
  const now = new Date();
  const time = [
    ...[now.getUTCSeconds(), now.getUTCMinutes(), now.getUTCHours()],
    ...[now.getUTCDate(), now.getUTCMonth(), now.getUTCFullYear() - 1900, 0],
  ];
  return Buffer.concat([
    // Version 1.14.0, integers of 4 bytes, offsets of 8, format 1: custom.
    Buffer.from(magic),
    Buffer.from([1, 14, 0, 4, 8, 1]),
    integer(0),
    ...time.map(integer),
    ...[database, serverVersion, serverVersion].map(textOf),
    integer(count),
  ]);
}

function entry({ id, name, type, schema, section, text, owner }: ArchiveItem): Buffer {
  const isData = type === 'TABLE DATA';
  const ownerLine = /\n+ALTER TABLE \S+ OWNER TO \S+;$/;
  return Buffer.concat([
    integer(id),
    integer(isData ? 1 : 0),
    ...['0', '0', name, type].map(textOf),
    integer(type === 'ENCODING' || type === 'STDSTRINGS' || type === 'SEARCHPATH' ? 2 : sections[section]),
    textOf(isData ? '' : `${text.replace(ownerLine, '').trim()}\n`),
    textOf(''),
    textOf(isData ? `${text}\n` : ''),
    ...[schema, '', type === 'TABLE' ? 'heap' : undefined, owner, 'false'].map(textOf),
    textOf(undefined),
    // No offsets: the data is found by reading on.
    Buffer.from([isData ? 1 : 3]),
    Buffer.alloc(8),
  ]);
}
