import { createHash } from 'node:crypto';
import { readAll } from '../shell/streams.ts';
import type { Call, Program } from '../system.ts';
import { readOptions } from './options.ts';
import { eachInput, linesOf } from './text.ts';

const grep: Program = async (call) => {
  const { flags, values, names: words } = readOptions(call.args, 'eABCm');
  const [pattern = '', ...names] = values.has('e') ? [values.get('e') ?? '', ...words] : words;
  const plain = flags.has('F') || call.name.endsWith('fgrep');
  const source = plain
    ? pattern.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    : basic(pattern, flags.has('E') || call.name.endsWith('egrep'));
  const expression = new RegExp(
    flags.has('w') ? `\\b(?:${source})\\b` : flags.has('x') ? `^(?:${source})$` : source,
    flags.has('i') ? 'i' : '',
  );
  let found = 0;
  const status = await eachInput(call, names, (data, name) => {
    const before = names.length > 1 ? `${name}:` : '';
    let count = 0;
    for (const [index, line] of linesOf(data).entries()) {
      if (expression.test(line) === flags.has('v')) continue;
      count += 1;
      if (flags.has('q') || flags.has('c') || flags.has('l')) continue;
      const shown = flags.has('o') ? (expression.exec(line)?.[0] ?? '') : line;
      call.stdout.write(`${before}${flags.has('n') ? `${index + 1}:` : ''}${shown}\n`);
    }
    if (flags.has('c')) call.stdout.write(`${before}${count}\n`);
    if (flags.has('l') && count > 0) call.stdout.write(`${name}\n`);
    found += count;
  });
  if (status !== 0) return 2;
  return found > 0 ? 0 : 1;
};

/** In basic expressions `\(`, `\|` and `\+` are the operators and `(`, `|`, `+` are plain. */
function basic(pattern: string, extended: boolean): string {
  const classes = pattern.replace(
    /\[:(\w+):\]/g,
    (_, name: string) =>
      ({ digit: '0-9', alpha: 'a-zA-Z', alnum: 'a-zA-Z0-9', space: '\\s', upper: 'A-Z', lower: 'a-z' })[name] ?? '',
  );
  return extended
    ? classes
    : classes.replace(/\\?[(){}|+?]/g, (sign) => (sign.length === 2 ? sign.slice(1) : `\\${sign}`));
}

const wc: Program = (call) => {
  const { flags, names } = readOptions(call.args);
  const all = !['l', 'w', 'c'].some((flag) => flags.has(flag));
  return eachInput(call, names, (data, name) => {
    const text = data.toString();
    const counts = [
      ...(all || flags.has('l') ? [text.split('\n').length - 1] : []),
      ...(all || flags.has('w') ? [text.split(/\s+/).filter((word) => word !== '').length] : []),
      ...(all || flags.has('c') ? [data.length] : []),
    ];
    call.stdout.write(`${counts.join(' ')}${name === '-' ? '' : ` ${name}`}\n`);
  });
};

/** `sed`: `s/…/…/gi`, `/…/d`, `-n '…p'`, and line numbers. */
const sed: Program = async (call) => {
  const { flags, values, names } = readOptions(call.args, 'e');
  const [script = '', ...inputs] = values.has('e') ? [values.get('e') ?? '', ...names] : names;
  const commands = script
    .split(/[;\n](?![^/]*\/[gi]*$)/)
    .map((text) => text.trim())
    .filter((text) => text !== '');
  return eachInput(call, inputs, (data) => {
    let out = '';
    for (const [index, line] of linesOf(data).entries()) {
      const edited = commands.reduce<SedLine>((state, command) => sedCommand(state, command, index + 1), {
        text: line,
        kept: true,
        printed: '',
      });
      out += edited.printed;
      if (edited.kept && !flags.has('n')) out += `${edited.text}\n`;
    }
    const [name] = inputs;
    if (flags.has('i') && name) call.files.write(name.startsWith('/') ? name : `${call.cwd}/${name}`, Buffer.from(out));
    else call.stdout.write(out);
  });
};

interface SedLine {
  text: string;
  kept: boolean;
  printed: string;
}

function sedCommand(line: SedLine, command: string, number: number): SedLine {
  const [, address = '', action = ''] = /^(\/(?:\\.|[^/])*\/|\d+(?:,\d+)?)?\s*(.*)$/s.exec(command) ?? [];
  const [from, to = from] = address.split(',').map(Number);
  const chosen =
    address === '' ||
    (address.startsWith('/')
      ? new RegExp(basic(address.slice(1, -1), false)).test(line.text)
      : number >= (from ?? 0) && number <= (to ?? 0));
  if (!chosen) return line;
  if (action === 'd') return { ...line, kept: false };
  if (action === 'p') return { ...line, printed: `${line.printed}${line.text}\n` };
  const separator = action[1] ?? '/';
  const [, pattern = '', replacement = '', how = ''] = action.split(
    new RegExp(`(?<!\\\\)${separator.replace(/[|.^$*+?()[\]{}]/, '\\$&')}`),
  );
  if (!action.startsWith('s')) return line;
  const expression = new RegExp(
    basic(pattern.replaceAll(`\\${separator}`, separator), false),
    how.replace(/[^gi]/g, ''),
  );
  const text = line.text.replace(
    expression,
    replacement
      .replace(/\$/g, '$$$$')
      .replace(/\\(\d)/g, '$$$1')
      .replace(/(^|[^\\])&/g, '$1$$&')
      .replaceAll(`\\${separator}`, separator),
  );
  return { ...line, text };
}

const sort: Program = async (call) => {
  const { flags, names } = readOptions(call.args, 'kt');
  const lines: string[] = [];
  const status = await eachInput(call, names, (data) => void lines.push(...linesOf(data)));
  lines.sort(flags.has('n') ? (a, b) => Number.parseFloat(a) - Number.parseFloat(b) : undefined);
  if (flags.has('r')) lines.reverse();
  for (const line of flags.has('u') ? new Set(lines) : lines) call.stdout.write(`${line}\n`);
  return status;
};

const uniq: Program = (call) => {
  const { flags, names } = readOptions(call.args);
  return eachInput(call, names, (data) => {
    const groups: { line: string; count: number }[] = [];
    for (const line of linesOf(data)) {
      const last = groups.at(-1);
      if (last?.line === line) last.count += 1;
      else groups.push({ line, count: 1 });
    }
    for (const { line, count } of groups)
      call.stdout.write(flags.has('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`);
  });
};

const cut: Program = (call) => {
  const { values, names } = readOptions(call.args, 'dfc');
  const wanted = (values.get('f') ?? values.get('c') ?? '1').split(',').map((range) => range.split('-'));
  const picks = (index: number) =>
    wanted.some(
      ([from = '', to]) =>
        index >= (Number(from) || 1) && index <= (to === undefined ? Number(from) : Number(to) || 1e9),
    );
  return eachInput(call, names, (data) => {
    for (const line of linesOf(data)) {
      const separator = values.has('c') ? '' : (values.get('d') ?? '\t');
      const fields = line.split(separator);
      const shown =
        fields.length === 1 && separator !== '' ? line : fields.filter((_, index) => picks(index + 1)).join(separator);
      call.stdout.write(`${shown}\n`);
    }
  });
};

const tr: Program = async (call) => {
  const { flags, names } = readOptions(call.args);
  const [from = '', to = ''] = names.map(signs);
  const text = (await readAll(call.stdin)).toString();
  const change = (sign: string) => {
    const at = from.indexOf(sign);
    if (at < 0) return sign;
    return flags.has('d') ? '' : (to[Math.min(at, to.length - 1)] ?? sign);
  };
  call.stdout.write([...text].map(change).join(''));
  return 0;
};

function signs(set: string): string {
  const named = set
    .replace('[:upper:]', 'A-Z')
    .replace('[:lower:]', 'a-z')
    .replace('[:digit:]', '0-9')
    .replace('\\n', '\n')
    .replace('\\t', '\t');
  return named.replace(/(.)-(.)/g, (_, from: string, to: string) =>
    String.fromCharCode(
      ...Array.from(
        { length: Math.max(0, to.charCodeAt(0) - from.charCodeAt(0) + 1) },
        (__, index) => from.charCodeAt(0) + index,
      ),
    ),
  );
}

const base64: Program = (call) => {
  const { flags, long, names } = readOptions(call.args, 'w');
  return eachInput(call, names, (data) => {
    if (flags.has('d') || long.has('decode')) call.stdout.write(Buffer.from(data.toString(), 'base64'));
    else call.stdout.write(`${data.toString('base64')}\n`);
  });
};

const hash =
  (algorithm: string): Program =>
  (call: Call) =>
    eachInput(call, call.args, (data, name) =>
      call.stdout.write(`${createHash(algorithm).update(data).digest('hex')}  ${name}\n`),
    );

const xargs: Program = async (call) => {
  const words = (await readAll(call.stdin))
    .toString()
    .split(/\s+/)
    .filter((word) => word !== '');
  const [name = 'echo', ...args] = call.args.filter((arg) => arg !== '-r');
  return call.find(name, call.cwd)({ ...call, name, args: [...args, ...words] });
};

export const filterPrograms: Readonly<Record<string, Program>> = {
  grep,
  egrep: grep,
  fgrep: grep,
  wc,
  sed,
  sort,
  uniq,
  cut,
  tr,
  base64,
  xargs,
  md5sum: hash('md5'),
  sha1sum: hash('sha1'),
  sha256sum: hash('sha256'),
};
