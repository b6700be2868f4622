import { inflateSync } from 'node:zlib';
import { type ArchiveItem, dataBlock, magic } from './archive-format.ts';

/** An archive cannot be read: in pg_restore's words. */
export class ArchiveFault extends Error {}

export interface Archive {
  database: string;
  items: ArchiveItem[];
  /** Rows of a table's data, by the number of the item. */
  data: ReadonlyMap<number, string>;
}

/** Reads a custom archive of version 1.12 to 1.16, plain or by gzip. Throws `ArchiveFault`. */
export function readArchive(bytes: Buffer): Archive {
  if (bytes.subarray(0, 5).toString('latin1') !== magic)
    throw new ArchiveFault('input file does not appear to be a valid archive');
  const reader = createReader(bytes);
  const [major = 0, minor = 0] = [reader.byte(), reader.byte()];
  reader.byte();
  const [integers, offsets, format] = [reader.byte(), reader.byte(), reader.byte()];
  if (major !== 1 || minor < 12 || minor > 16)
    throw new ArchiveFault(`unsupported version (${major}.${minor}) in file header`);
  if (format !== 1 || integers !== 4)
    throw new ArchiveFault(`expected format (1) differs from format found in file (${format})`);
  // Since 1.15 a byte: 0 for none, 1 for gzip; before that a level, or -1.
  const packed = minor >= 15 ? reader.byte() : reader.integer();
  if (minor >= 15 && packed > 1) throw new ArchiveFault('the archive is compressed by something else than gzip');
  for (let field = 0; field < 7; field += 1) reader.integer();
  const database = reader.text() ?? '';
  reader.text();
  reader.text();
  const items: ArchiveItem[] = [];
  for (let left = reader.integer(); left > 0; left -= 1) items.push(readItem(reader, minor, offsets));
  return { database, items, data: readData(reader, packed !== 0) };
}

function readItem(reader: Reader, minor: number, offsets: number): ArchiveItem {
  const id = reader.integer();
  reader.integer();
  reader.text();
  reader.text();
  const [name = '', type = ''] = [reader.text(), reader.text()];
  const section = reader.integer();
  const made = reader.text() ?? '';
  reader.text();
  const copy = reader.text() ?? '';
  const schema = reader.text() ?? '';
  reader.text();
  if (minor >= 14) reader.text();
  if (minor >= 16) reader.integer();
  const owner = reader.text() ?? '';
  reader.text();
  while (reader.text() !== undefined);
  reader.skip(1 + offsets);
  const where = section === 3 ? 'data' : section === 4 ? 'after data' : 'before data';
  return { id, name, type, schema, section: where, owner, text: (type === 'TABLE DATA' ? copy : made).trim() };
}

function readData(reader: Reader, packed: boolean): ReadonlyMap<number, string> {
  const data = new Map<number, string>();
  while (!reader.isAtEnd()) {
    if (reader.byte() !== dataBlock) throw new ArchiveFault('unrecognized data block type while searching archive');
    const id = reader.integer();
    const chunks: Buffer[] = [];
    for (let length = reader.integer(); length > 0; length = reader.integer()) chunks.push(reader.take(length));
    const bytes = Buffer.concat(chunks);
    data.set(id, (packed && bytes.length > 0 ? inflateSync(bytes) : bytes).toString('utf8'));
  }
  return data;
}

type Reader = ReturnType<typeof createReader>;

function createReader(bytes: Buffer) {
  let at = 5;
  const take = (length: number) => {
    if (at + length > bytes.length) throw new ArchiveFault('could not read from input file: end of file');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const integer = () => {
    const part = take(5);
    return (part[0] === 0 ? 1 : -1) * part.readUInt32LE(1);
  };
  return {
    take,
    integer,
    byte: () => take(1)[0] ?? 0,
    skip: (length: number) => void take(length),
    isAtEnd: () => at >= bytes.length,
    text() {
      const length = integer();
      return length < 0 ? undefined : take(length).toString('utf8');
    },
  };
}
