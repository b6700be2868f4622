import { absolute } from '../files/entries.ts';
import type { FileSystem } from '../files/file-system.ts';

/** What a Redis goes by, as `CONFIG GET` names it. Directives that this stand-in does not know are kept as they are. */
export type RedisSettings = Map<string, string>;

const megabyte = 1024 * 1024;
/** An `include` that includes itself ends here. */
const deepest = 8;

/**
 * The settings of `redis-server [FILE] [--name value…]`, the arguments last, as Redis reads them. A file that is missing is a
 * fault in Redis' own words.
 */
export function readSettings(
  args: readonly string[],
  files: FileSystem,
  env: Readonly<Record<string, string>> = {},
): RedisSettings | Error {
  const settings: RedisSettings = new Map([
    ['maxmemory', '0'],
    ['maxmemory-policy', 'noeviction'],
    ['appendonly', 'no'],
    ['timeout', '0'],
    ['maxclients', '10000'],
  ]);
  const words = scriptOf(args, env) ?? args;
  const rest = words.slice(words.findIndex((word) => /(^|\/)redis-server$/.test(word)) + 1);
  const file = rest[0]?.startsWith('-') ? undefined : rest[0];
  if (file !== undefined) {
    const fault = readFile(settings, files, file, 0);
    if (fault) return fault;
  }
  for (const [index, arg] of rest.entries()) {
    if (arg.startsWith('--')) settings.set(arg.slice(2).toLowerCase(), rest[index + 1] ?? '');
  }
  const memory = settings.get('maxmemory') ?? '0';
  settings.set('maxmemory', String(bytesOf(memory) ?? 0));
  return settings;
}

/** The words of the line of a shell's script that starts the server, variables put in. */
function scriptOf([shell = '', flag = '', script]: readonly string[], env: Readonly<Record<string, string>>) {
  if (!/(^|\/)(sh|bash|ash)$/.test(shell) || !/^-[a-z]*c$/.test(flag) || script === undefined) return undefined;
  const [line] = /[^\s;&|]*redis-server\b[^\n;&|]*/.exec(script) ?? [];
  const expanded = (text: string) => text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => env[name] ?? '');
  return [...(line ?? '').matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)].map(([, as, inside, plain]) =>
    as === undefined ? expanded(inside ?? plain ?? '') : as,
  );
}

function readFile(settings: RedisSettings, files: FileSystem, path: string, depth: number): Error | undefined {
  const place = absolute('/data', path);
  if (depth > deepest || files.find(place)?.kind !== 'file')
    return new Error(`Fatal error, can't open config file '${place}': No such file or directory`);
  for (const line of files.read(place).toString().split('\n')) {
    const [, name = '', value = ''] = /^\s*([\w-]+)\s+(.*?)\s*$/.exec(line) ?? [];
    const plain = /^"(.*)"$/.exec(value)?.[1] ?? value;
    const fault = name === 'include' ? readFile(settings, files, plain, depth + 1) : undefined;
    if (fault) return fault;
    if (name !== '' && name !== 'include') settings.set(name.toLowerCase(), plain);
  }
  return undefined;
}

/** Redis' own sizes: `256mb`, `1gb`, plain bytes. */
function bytesOf(value: string): number | undefined {
  const match = /^(\d+)(k|m|g)?b?$/i.exec(value);
  if (!match) return undefined;
  const unit = { k: 1024, m: megabyte, g: 1024 * megabyte }[(match[2] ?? '').toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}
