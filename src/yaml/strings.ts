import type { YamlPath } from './parse.ts';

/** Every text in a value with its path, keys of maps left out. */
export function* stringsIn(value: unknown, path: YamlPath = []): Generator<{ path: YamlPath; text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* stringsIn(item, [...path, index]);
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) yield* stringsIn(item, [...path, key]);
}

/** What stands at a path, of the value's own keys only. */
export function valueAtPath(value: unknown, path: YamlPath): unknown {
  let found = value;
  for (const segment of path) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, segment)) return undefined;
    found = (found as Record<string | number, unknown>)[segment];
  }
  return found;
}

/**
 * Whether a path fits a pattern such as `check.findings[].expect`: `[]`, `[*]` and `*` stand for any item or key, and what
 * lies below the pattern's end fits only when `below` is set.
 */
export function pathFits(pattern: string, path: YamlPath, below = false): boolean {
  const parts = partsOf(pattern);
  if (below ? path.length < parts.length : path.length !== parts.length) return false;
  return parts.every((part, index) => part === '*' || part === String(path[index]));
}

/** How many segments a path has that fits a pattern. */
export function patternLength(pattern: string): number {
  return partsOf(pattern).length;
}

function partsOf(pattern: string): string[] {
  return pattern
    .replaceAll(/\[\*?\]/g, '.*')
    .split('.')
    .filter((part) => part !== '');
}
