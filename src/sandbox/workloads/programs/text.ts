import { TookTooLong, withinTime } from '../../within-time.ts';
import { absolute, FileError } from '../files/entries.ts';
import { readAll, readLine } from '../shell/streams.ts';
import type { Call, Program } from '../system.ts';
import { readOptions } from './options.ts';

/** How long a program may work on one file, with an expression that somebody thought of: nobody else is served meanwhile. */
const mostMs = 1000;

/** Each file named, or standard input; what cannot be read is said. */
export async function eachInput(
  call: Call,
  names: readonly string[],
  work: (data: Buffer, name: string) => void,
): Promise<number> {
  let status = 0;
  for (const name of names.length > 0 ? names : ['-']) {
    try {
      const data = name === '-' ? await readAll(call.stdin) : call.files.read(absolute(call.cwd, name));
      withinTime(mostMs, () => work(data, name));
    } catch (error) {
      if (error instanceof TookTooLong) {
        call.stderr.write(`${call.name.split('/').at(-1)}: gave up on '${name}': it takes too long\n`);
        return 2;
      }
      if (!(error instanceof FileError)) throw error;
      call.stderr.write(`${call.name.split('/').at(-1)}: can't open '${name}': ${error.message}\n`);
      status = 1;
    }
  }
  return status;
}

export function linesOf(data: Buffer): string[] {
  const text = data.toString();
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').slice(0, text === '' ? 0 : undefined);
}

const cat: Program = async (call) => {
  const { names } = readOptions(call.args);
  if (names.length > 0) return eachInput(call, names, (data) => call.stdout.write(data));
  for (let chunk = await call.stdin.read(); chunk; chunk = await call.stdin.read()) call.stdout.write(chunk);
  return 0;
};

const escapes: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '"': '"',
};

function unescaped(text: string): string {
  return text.replace(/\\(0?[0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)/g, (whole, code: string) => {
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return escapes[code] ?? whole;
  });
}

const echo: Program = ({ args, stdout }) => {
  const words = [...args];
  let [end, escaped] = ['\n', false];
  while (/^-[neE]+$/.test(words[0] ?? '')) {
    const flags = words.shift() ?? '';
    if (flags.includes('n')) end = '';
    if (flags.includes('e')) escaped = true;
  }
  const text = words.join(' ');
  stdout.write(`${escaped ? unescaped(text) : text}${end}`);
  return 0;
};

const printf: Program = ({ args, stdout }) => {
  const [format = '', ...values] = args;
  do {
    const before = values.length;
    const text = unescaped(format).replace(/%(-?\d*(?:\.\d+)?)([sdifxcbq%])/g, (_, size: string, kind: string) => {
      if (kind === '%') return '%';
      const value = values.shift() ?? '';
      const shown = formatValue(value, kind, size);
      const width = Math.abs(Number.parseInt(size, 10)) || 0;
      const zero = size.startsWith('0') ? '0' : ' ';
      return size.startsWith('-') ? shown.padEnd(width) : shown.padStart(width, zero);
    });
    stdout.write(text);
    if (values.length === before) break;
  } while (values.length > 0);
  return 0;
};

function formatValue(value: string, kind: string, size: string): string {
  const digits = /\.(\d+)/.exec(size)?.[1];
  if (kind === 'd' || kind === 'i') return String(Math.trunc(Number(value) || 0));
  if (kind === 'x') return (Number(value) || 0).toString(16);
  if (kind === 'f') return (Number(value) || 0).toFixed(digits === undefined ? 6 : Number(digits));
  if (kind === 'b') return unescaped(value);
  return kind === 'c' ? value.slice(0, 1) : value;
}

/** `-n 5`, `-5`, `-c 100`; the rest are files. */
function countOption(args: readonly string[]): { count: string; bytes: boolean; names: string[]; follow: boolean } {
  const [first = ''] = args.filter((arg) => /^-\d+$/.test(arg));
  const { values, names, flags } = readOptions(
    args.filter((arg) => arg !== first || first === ''),
    'nc',
  );
  return {
    count: values.get('c') ?? values.get('n') ?? (first.slice(1) || '10'),
    bytes: flags.has('c'),
    names,
    follow: flags.has('f') || flags.has('F'),
  };
}

const head: Program = async (call) => {
  const { count, bytes, names } = countOption(call.args);
  if (names.length === 0 && !bytes) {
    for (let left = Number(count); left > 0; left -= 1) {
      const line = await readLine(call.stdin);
      if (line === undefined) break;
      call.stdout.write(`${line}\n`);
    }
    return 0;
  }
  return eachInput(call, names, (data) => {
    if (bytes) call.stdout.write(data.subarray(0, Number(count)));
    else for (const line of linesOf(data).slice(0, Number(count))) call.stdout.write(`${line}\n`);
  });
};

const tail: Program = async (call) => {
  const { count, bytes, names, follow } = countOption(call.args);
  const status = await eachInput(call, names, (data) => {
    if (bytes) return call.stdout.write(data.subarray(-Number(count)));
    const lines = linesOf(data);
    const from = count.startsWith('+') ? Number(count) - 1 : Math.max(0, lines.length - Number(count));
    for (const line of lines.slice(from)) call.stdout.write(`${line}\n`);
  });
  const [name] = names;
  if (follow && name && status === 0) await followFile(call, absolute(call.cwd, name));
  return status;
};

/** Writes what is added, until it is killed. */
async function followFile({ files, stdout, signal }: Call, path: string): Promise<void> {
  const sizeNow = () => {
    const entry = files.find(path);
    return entry?.kind === 'file' ? entry.data : Buffer.alloc(0);
  };
  let shown = sizeNow().length;
  while (!signal.aborted) {
    const data = sizeNow();
    if (data.length > shown) stdout.write(data.subarray(shown));
    shown = data.length;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, 200);
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }
}

const tee: Program = async (call) => {
  const { flags, names } = readOptions(call.args);
  const data = await readAll(call.stdin);
  call.stdout.write(data);
  for (const name of names) call.files.write(absolute(call.cwd, name), data, flags.has('a'));
  return 0;
};

export const textPrograms: Readonly<Record<string, Program>> = { cat, echo, printf, head, tail, tee };
