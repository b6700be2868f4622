import { absolute, type Entry, FileError, file } from '../files/entries.ts';
import { fitsPattern } from '../shell/patterns.ts';
import type { Call, Program } from '../system.ts';
import { readOptions } from './options.ts';

const at = ({ cwd }: Call, path: string) => absolute(cwd, path);
const baseName = (path: string) => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

/** Does it for each name and says for which it could not. */
function forEach(call: Call, names: readonly string[], work: (name: string) => void, prefix = ''): number {
  let status = 0;
  for (const name of names) {
    try {
      work(name);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      call.stderr.write(`${baseName(call.name)}: ${prefix}${prefix ? `'${name}'` : name}: ${error.message}\n`);
      status = 1;
    }
  }
  return status;
}

const ls: Program = (call) => {
  const { flags, names } = readOptions(call.args);
  const paths = names.length > 0 ? names : ['.'];
  const shown = (name: string, entry: Entry) => (flags.has('l') ? longLine(name, entry) : name);
  return forEach(call, paths, (path) => {
    const entry = call.files.find(at(call, path));
    if (!entry) throw new FileError('No such file or directory');
    if (entry.kind !== 'folder' || flags.has('d')) return call.stdout.write(`${shown(path, entry)}\n`);
    if (paths.length > 1) call.stdout.write(`${path}:\n`);
    const all = flags.has('a') ? ['.', '..'] : [];
    for (const name of [...all, ...call.files.list(at(call, path))]) {
      if (name.startsWith('.') && !flags.has('a') && !flags.has('A')) continue;
      const inner = call.files.findLink(at(call, `${path}/${name}`)) ?? entry;
      call.stdout.write(`${shown(name, inner)}\n`);
    }
  });
};

const sizeOf = (entry: Entry) => (entry.kind === 'file' ? entry.data.length : 4096);

function longLine(name: string, entry: Entry): string {
  const kind = { folder: 'd', file: '-', link: 'l' }[entry.kind];
  const rights = [6, 3, 0].map((shift) => {
    const bits = (entry.mode >> shift) & 7;
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
  });
  const date = new Date(entry.modified).toUTCString();
  const when = `${date.slice(8, 11)} ${date.slice(5, 7)} ${date.slice(17, 22)}`;
  const target = entry.kind === 'link' ? ` -> ${entry.target}` : '';
  return `${kind}${rights.join('')} 1 root root ${String(sizeOf(entry)).padStart(8)} ${when} ${name}${target}`;
}

function copyOf(entry: Entry): Entry {
  if (entry.kind === 'file') return file(entry.data, entry.mode);
  if (entry.kind === 'link') return { ...entry };
  const entries = new Map([...entry.entries].map(([name, inner]) => [name, copyOf(inner)] as const));
  return { kind: 'folder', mode: entry.mode, modified: Date.now(), entries };
}

/** `cp` and `mv`: into a folder, or to a name. */
function transfer(call: Call, move: boolean): number {
  const { flags, names } = readOptions(call.args);
  const target = names.at(-1) ?? '';
  const sources = names.slice(0, -1);
  if (sources.length === 0) {
    call.stderr.write(`${baseName(call.name)}: missing file operand\n`);
    return 1;
  }
  return forEach(call, sources, (source) => {
    const entry = call.files.find(at(call, source));
    if (!entry) throw new FileError("can't stat: No such file or directory");
    if (entry.kind === 'folder' && !move && !['r', 'R', 'a'].some((flag) => flags.has(flag)))
      throw new FileError('omitting directory');
    const into = call.files.find(at(call, target))?.kind === 'folder';
    const to = at(call, into ? `${target}/${baseName(source)}` : target);
    if (entry.kind === 'file' && !move) call.files.write(to, entry.data);
    else call.files.place(to, copyOf(entry));
    if (move) call.files.remove(at(call, source));
  });
}

const rm: Program = (call) => {
  const { flags, names } = readOptions(call.args);
  const recursive = flags.has('r') || flags.has('R');
  return forEach(call, names, (name) => {
    const entry = call.files.findLink(at(call, name));
    if (!entry && flags.has('f')) return;
    if (entry?.kind === 'folder' && !recursive) throw new FileError('Is a directory');
    call.files.remove(at(call, name));
  });
};

const touch: Program = (call) =>
  forEach(call, readOptions(call.args).names, (name) => {
    const entry = call.files.find(at(call, name));
    if (entry) entry.modified = Date.now();
    else call.files.write(at(call, name), Buffer.alloc(0));
  });

const mkdir: Program = (call) => {
  const { flags, names } = readOptions(call.args, 'm');
  return forEach(
    call,
    names,
    (name) => call.files.makeFolder(at(call, name), flags.has('p')),
    "can't create directory ",
  );
};

const rmdir: Program = (call) =>
  forEach(call, readOptions(call.args).names, (name) => {
    if (call.files.list(at(call, name)).length > 0) throw new FileError('Directory not empty');
    call.files.remove(at(call, name));
  });

const ln: Program = (call) => {
  const { flags, names } = readOptions(call.args);
  const [target = '', name = baseName(target)] = names;
  return forEach(call, [name], () => {
    const entry: Entry = flags.has('s')
      ? { kind: 'link', mode: 0o777, modified: Date.now(), target }
      : (call.files.find(at(call, target)) ?? file(''));
    call.files.place(at(call, name), entry);
  });
};

const chmod: Program = (call) => {
  const [mode = '', ...names] = readOptions(call.args).names;
  return forEach(call, names, (name) => {
    const entry = call.files.find(at(call, name));
    if (!entry) throw new FileError('No such file or directory');
    if (/^[0-7]+$/.test(mode)) entry.mode = Number.parseInt(mode, 8);
    else if (mode.includes('+x')) entry.mode |= 0o111;
  });
};

const find: Program = (call) => {
  const names = call.args.slice(0, call.args.findIndex((arg) => arg.startsWith('-')) >>> 0);
  const option = (name: string) => call.args[call.args.indexOf(name) + 1];
  const kind = call.args.includes('-type') ? { f: 'file', d: 'folder', l: 'link' }[option('-type') ?? ''] : undefined;
  const named = call.args.includes('-name') ? (option('-name') ?? '') : '*';
  const visit = (path: string) => {
    const entry = call.files.findLink(at(call, path));
    if (!entry) throw new FileError('No such file or directory');
    if ((!kind || entry.kind === kind) && fitsPattern(baseName(path) || path, named)) call.stdout.write(`${path}\n`);
    if (entry.kind === 'folder')
      for (const name of [...entry.entries.keys()].sort()) visit(`${path.replace(/\/$/, '')}/${name}`);
  };
  return forEach(call, names.length > 0 ? names : ['.'], visit);
};

const du: Program = (call) => {
  const total = (entry: Entry): number =>
    entry.kind === 'folder'
      ? [...entry.entries.values()].reduce((sum, inner) => sum + total(inner), 4)
      : Math.ceil(sizeOf(entry) / 1024);
  return forEach(call, readOptions(call.args).names, (name) => {
    const entry = call.files.find(at(call, name));
    if (!entry) throw new FileError('No such file or directory');
    call.stdout.write(`${total(entry)}\t${name}\n`);
  });
};

const which: Program = (call) => {
  let status = 0;
  for (const name of call.args) {
    const path = ['/bin', '/usr/bin', '/usr/local/bin']
      .map((folder) => `${folder}/${name}`)
      .find((one) => call.files.find(one));
    if (path || call.system.program(name)) call.stdout.write(`${path ?? `/usr/bin/${name}`}\n`);
    else status = 1;
  }
  return status;
};

export const filePrograms: Readonly<Record<string, Program>> = {
  ls,
  cp: (call) => transfer(call, false),
  mv: (call) => transfer(call, true),
  rm,
  touch,
  mkdir,
  rmdir,
  ln,
  chmod,
  chown: () => 0,
  find,
  du,
  which,
  sync: () => 0,
};
