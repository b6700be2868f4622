import { constants, createInflate } from 'node:zlib';
import { headerDictionary } from './dictionary.ts';

/** Lower-case names; values of one name that came several times are joined by NUL. */
export type Headers = Readonly<Record<string, string>>;

const mostHeaders = 1000;
const largestBlock = 256 * 1024;
const largestStored = 65_535;

/** The header of a zlib stream that needs no dictionary, deflate with a window of 32 KiB (RFC 1950). */
const streamHeader = Buffer.from([0x78, 0x01]);

/**
 * A header block as it is sent: stored blocks of one zlib stream, whose header comes with the `first` block alone. What is
 * sent is a handful of bytes, so that compressing it would only cost a state.
 */
export function encodeHeaders(headers: Headers, first: boolean): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'latin1');
    return [uint32(bytes.length), bytes];
  };
  const entries = Object.entries(headers);
  const plain = Buffer.concat([
    uint32(entries.length),
    ...entries.flatMap(([name, value]) => [...text(name), ...text(value)]),
  ]);
  const parts: Buffer[] = first ? [streamHeader] : [];
  for (let at = 0; at < plain.length; at += largestStored) {
    const bytes = plain.subarray(at, at + largestStored);
    parts.push(storedHead(bytes.length), bytes);
  }
  // An empty block ends it, as a flush does: Go gives out nothing before that.
  parts.push(storedHead(0));
  return Buffer.concat(parts);
}

/** Reads the header blocks of one side of a connection, one after the other: they are one zlib stream. Rejects what is none. */
export function createHeaderReader(): { read(block: Buffer): Promise<Headers>; close(): void } {
  const inflate = createInflate({ dictionary: headerDictionary, flush: constants.Z_SYNC_FLUSH });
  let plain: Buffer = Buffer.alloc(0);
  let fault: Error | undefined;
  let wake: () => void = () => {};
  inflate.on('data', (chunk: Buffer) => {
    plain = Buffer.concat([plain, chunk]);
    if (plain.length > largestBlock) fault = new Error('a header block is too large');
    wake();
  });
  inflate.on('error', (error) => {
    fault = error;
    wake();
  });
  return {
    async read(block) {
      inflate.write(block);
      for (;;) {
        if (fault) throw fault;
        const parsed = parseHeaders(plain);
        if (parsed) {
          plain = plain.subarray(parsed.length);
          return parsed.headers;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => inflate.destroy(),
  };
}

/** Undefined as long as something is missing. Throws when there are too many. */
function parseHeaders(plain: Buffer): { headers: Headers; length: number } | undefined {
  if (plain.length < 4) return undefined;
  const count = plain.readUInt32BE(0);
  if (count > mostHeaders) throw new Error('too many headers');
  let at = 4;
  const text = (): string | undefined => {
    if (plain.length < at + 4) return undefined;
    const end = at + 4 + plain.readUInt32BE(at);
    if (end - at > largestBlock) throw new Error('a header is too large');
    if (plain.length < end) return undefined;
    const value = plain.toString('latin1', at + 4, end);
    at = end;
    return value;
  };
  const headers: [string, string][] = [];
  for (let read = 0; read < count; read += 1) {
    const name = text();
    const value = name === undefined ? undefined : text();
    if (name === undefined || value === undefined) return undefined;
    headers.push([name.toLowerCase(), value]);
  }
  return { headers: Object.fromEntries(headers), length: at };
}

/** Of a block that is not the last one (RFC 1951, 3.2.4). */
function storedHead(length: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(length, 1);
  head.writeUInt16LE(length ^ 0xffff, 3);
  return head;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
