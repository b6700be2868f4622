import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { absolute, type Entry, FileError } from '../files/entries.ts';
import { largestBytes } from '../files/file-system.ts';
import { createCollector, readAll } from '../shell/streams.ts';
import type { Call, Program } from '../system.ts';

interface Order {
  action: 'c' | 'x' | 't' | undefined;
  archive: string;
  folder: string;
  zipped: boolean;
  verbose: boolean;
  names: string[];
}

/** `tar cf - PATH`, `tar -xmf - -C FOLDER`, `tar tzf FILE`: what `kubectl cp` and people use. */
const tar: Program = async (call) => {
  const order = readOrder(call.args, call.cwd);
  if (!order.action) {
    call.stderr.write('tar: must specify one of -c, -x, -t\n');
    return 1;
  }
  if (order.action === 'c') return createArchive(call, order);
  const bytes = order.archive === '-' ? await readAll(call.stdin) : call.files.read(absolute(call.cwd, order.archive));
  const zipped = order.zipped || (bytes[0] === 0x1f && bytes[1] === 0x8b);
  try {
    return await readArchive(call, order, zipped ? unzipped(bytes) : bytes);
  } catch (error) {
    if (error instanceof FileError) throw error;
    call.stderr.write(`tar: ${(error as Error).message}\n`);
    return 1;
  }
};

function readOrder(args: readonly string[], cwd: string): Order {
  const order: Order = { action: undefined, archive: '-', folder: cwd, zipped: false, verbose: false, names: [] };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '-' || (!arg.startsWith('-') && at > 0)) order.names.push(arg);
    else if (arg.startsWith('--directory=')) order.folder = absolute(cwd, arg.slice(12));
    else if (!arg.startsWith('--'))
      for (const letter of arg.replace(/^-/, '')) {
        if (letter === 'c' || letter === 'x' || letter === 't') order.action = letter;
        if (letter === 'z') order.zipped = true;
        if (letter === 'v') order.verbose = true;
        if (letter !== 'f' && letter !== 'C') continue;
        at += 1;
        if (letter === 'f') order.archive = args[at] ?? '-';
        else order.folder = absolute(cwd, args[at] ?? '.');
      }
  }
  return order;
}

async function createArchive(call: Call, order: Order): Promise<number> {
  const packer = pack();
  const output = createCollector();
  packer.on('data', (chunk) => output.write(chunk as Buffer));
  const done = new Promise<void>((resolve) => packer.on('end', () => resolve()));
  let status = 0;
  for (const name of order.names) {
    const path = absolute(order.folder, name);
    const entry = call.files.find(path);
    if (entry) addEntry(packer, name.replace(/^\/+/, '').replace(/\/+$/, '') || '.', entry);
    else {
      call.stderr.write(`tar: ${name}: No such file or directory\n`);
      status = 1;
    }
    if (name.startsWith('/') && entry) call.stderr.write("tar: removing leading '/' from member names\n");
  }
  packer.finalize();
  await done;
  const bytes = order.zipped ? gzipSync(output.bytes()) : output.bytes();
  if (order.archive === '-') call.stdout.write(bytes);
  else call.files.write(absolute(call.cwd, order.archive), bytes);
  return status;
}

function addEntry(packer: ReturnType<typeof pack>, name: string, entry: Entry): void {
  const about = { mode: entry.mode, mtime: new Date(entry.modified) };
  if (entry.kind === 'file') packer.entry({ ...about, name, size: entry.data.length }, entry.data);
  else if (entry.kind === 'link') packer.entry({ ...about, name, type: 'symlink', linkname: entry.target });
  else {
    packer.entry({ ...about, name: `${name}/`, type: 'directory' });
    for (const [inner, below] of entry.entries) addEntry(packer, `${name}/${inner}`, below);
  }
}

function readArchive(call: Call, order: Order, bytes: Buffer): Promise<number> {
  const extractor = extract();
  return new Promise((resolve, reject) => {
    extractor.on('entry', (header, stream, next) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk as Buffer));
      stream.on('end', () => {
        try {
          if (order.action === 't') call.stdout.write(`${header.name}\n`);
          else unpack(call, order.folder, header, Buffer.concat(chunks));
          if (order.verbose && order.action === 'x') call.stderr.write(`${header.name}\n`);
          next();
        } catch (error) {
          reject(error as Error);
        }
      });
    });
    extractor.on('finish', () => resolve(0));
    extractor.on('error', reject);
    extractor.end(bytes);
  });
}

function unpack({ files }: Call, into: string, header: Header, data: Buffer): void {
  const path = absolute(into, header.name);
  const above = path.slice(0, path.lastIndexOf('/')) || '/';
  if (header.type === 'directory') files.makeFolder(path, true);
  else files.makeFolder(above, true);
  if (header.type === 'symlink')
    files.place(path, { kind: 'link', mode: 0o777, modified: Date.now(), target: header.linkname ?? '' });
  if (header.type !== 'file') return;
  const there = files.find(path)?.kind === 'file';
  files.write(path, data);
  const made = there ? undefined : files.find(path);
  if (made) made.mode = header.mode ?? 0o644;
}

/** A little of an archive may stand for more than there is memory. */
function unzipped(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: largestBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new FileError(tooLarge ? 'No space left on device' : 'invalid magic');
  }
}

const zip: Program = async (call) => {
  const names = call.args.filter((arg) => !arg.startsWith('-'));
  const unzip = call.name.endsWith('gunzip') || call.args.some((arg) => /^-\w*d/.test(arg));
  if (names.length === 0) call.stdout.write((unzip ? unzipped : gzipSync)(await readAll(call.stdin)));
  for (const name of names) {
    const path = absolute(call.cwd, name);
    const data = call.files.read(path);
    call.files.write(unzip ? path.replace(/\.gz$/, '') : `${path}.gz`, (unzip ? unzipped : gzipSync)(data));
    call.files.remove(path);
  }
  return 0;
};

export const archivePrograms: Readonly<Record<string, Program>> = { tar, gzip: zip, gunzip: zip };
