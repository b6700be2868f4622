import { absolute } from '../files/entries.ts';
import type { FileSystem } from '../files/file-system.ts';

/** A shell pattern (`*`, `?`, `[a-z]`) as a regular expression over a whole text. Quoted signs come with a backslash. */
export function patternToRegExp(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    const close = char === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (char === '\\') {
      at += 1;
      source += literal(pattern[at] ?? '');
    } else if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (close > 0) {
      const inner = pattern
        .slice(at + 1, close)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\');
      source += `[${inner}]`;
      at = close;
    } else source += literal(char);
  }
  return new RegExp(`^${source}$`, 's');
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** The paths that a pattern stands for; none when nothing fits. */
export function expandPaths(files: FileSystem, cwd: string, pattern: string): string[] {
  let found = pattern.startsWith('/') ? ['/'] : [''];
  for (const part of pattern.split('/').filter((one) => one !== '')) {
    const expression = patternToRegExp(part);
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
        .filter((name) => expression.test(name) && (part.startsWith('.') || !name.startsWith('.')))
        .map((name) => join(base, name));
    });
  }
  return found.filter((path) => path !== '');
}
