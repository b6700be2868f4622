import { absolute } from '../files/entries.ts';
import type { FileSystem } from '../files/file-system.ts';

type Sign = 'many' | 'one' | RegExp | string;

/**
 * Whether a shell pattern (`*`, `?`, `[a-z]`) fits a whole text; quoted signs come with a backslash. In steps of at most the
 * product of both lengths: a regular expression could take for ever.
 */
export function fitsPattern(text: string, pattern: string): boolean {
  return signsFit(text, signsOf(pattern));
}

function signsOf(pattern: string): Sign[] {
  const signs: Sign[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    const close = char === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (char === '\\') {
      at += 1;
      signs.push(pattern[at] ?? '');
    } else if (char === '*') signs.push('many');
    else if (char === '?') signs.push('one');
    else if (close > 0) {
      signs.push(setOf(pattern.slice(at + 1, close)));
      at = close;
    } else signs.push(char);
  }
  return signs.filter((sign) => sign !== '');
}

/** `a-z`, `!0-9`; a range that runs backwards holds nothing. */
function setOf(inner: string): RegExp {
  try {
    return new RegExp(`^[${inner.replaceAll('\\', '\\\\').replaceAll('[', '\\[').replace(/^!/, '^')}]$`, 's');
  } catch {
    return /[^\s\S]/;
  }
}

function signsFit(text: string, signs: readonly Sign[]): boolean {
  let [at, sign] = [0, 0];
  // Where the last `*` stood, and how far it reaches.
  let [star, reached] = [-1, 0];
  while (at < text.length) {
    const wanted = signs[sign];
    if (wanted === 'many') {
      [star, reached] = [sign, at];
      sign += 1;
    } else if (wanted !== undefined && signFits(text[at] ?? '', wanted)) {
      at += 1;
      sign += 1;
    } else if (star >= 0) {
      reached += 1;
      at = reached;
      sign = star + 1;
    } else return false;
  }
  return signs.slice(sign).every((rest) => rest === 'many');
}

function signFits(char: string, sign: Sign): boolean {
  return sign === 'one' || (sign instanceof RegExp ? sign.test(char) : sign === char);
}

/** The paths that a pattern stands for; none when nothing fits. */
export function expandPaths(files: FileSystem, cwd: string, pattern: string): string[] {
  let found = pattern.startsWith('/') ? ['/'] : [''];
  for (const part of pattern.split('/').filter((one) => one !== '')) {
    const plain = part.replace(/\\(.)/g, '$1');
    const join = (base: string, name: string) => (base === '' || base.endsWith('/') ? base + name : `${base}/${name}`);
    found = found.flatMap((base) => {
      if (!/[*?[]/.test(part.replace(/\\./g, ''))) {
        return files.findLink(absolute(cwd, join(base, plain))) ? [join(base, plain)] : [];
      }
      const here = files.find(absolute(cwd, base || '.'));
      if (here?.kind !== 'folder') return [];
      const names = [...here.entries.keys()].sort();
      return names
        .filter((name) => fitsPattern(name, part) && (part.startsWith('.') || !name.startsWith('.')))
        .map((name) => join(base, name));
    });
  }
  return found.filter((path) => path !== '');
}
