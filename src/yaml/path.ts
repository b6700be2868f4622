import { exitCodes, Problem } from '../base/errors.ts';
import { suggestion } from './suggest.ts';

/** A key of a map, a place in a list, or the item of a list whose field has a value. */
export type PathSegment = { key: string } | { index: number } | { field: string; equals: string };

const token =
  /^(?:\.?(?<key>[A-Za-z0-9_$/-]+)|\[(?<index>\d+)\]|\.?\["(?<quoted>(?:[^"\\]|\\.)*)"\]|\[(?<field>[A-Za-z0-9_]+)=(?:"(?<text>(?:[^"\\]|\\.)*)"|(?<word>[^\]"]*))\])/;

/**
 * Reads a structural path: `spec.template.spec.containers[name=backend].image`, `spec.rules[0].host`,
 * `metadata.annotations["a.b/c"]`. Throws `Problem`.
 */
export function parsePath(path: string): PathSegment[] {
  const segments: PathSegment[] = [];
  let rest = path;
  while (rest !== '') {
    const match = token.exec(rest);
    // The first key has no dot before it, every later one has.
    const separated = segments.length === 0 ? !rest.startsWith('.') : /^[.[]/.test(rest);
    if (!match?.groups || !separated) throw unreadable(path, path.length - rest.length);
    segments.push(segmentOf(match.groups));
    rest = rest.slice(match[0].length);
  }
  if (segments.length === 0) throw unreadable(path, 0);
  return segments;
}

function segmentOf({ key, index, quoted, field, text, word }: Record<string, string | undefined>): PathSegment {
  if (key !== undefined) return { key };
  if (index !== undefined) return { index: Number(index) };
  if (quoted !== undefined) return { key: unquoted(quoted) };
  return { field: field ?? '', equals: text === undefined ? (word ?? '') : unquoted(text) };
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}

/** The path of these segments; keys that are no plain words are quoted. */
export function formatPath(segments: readonly PathSegment[]): string {
  const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return segments
    .map((segment, at) => {
      if ('index' in segment) return `[${segment.index}]`;
      if ('field' in segment)
        return `[${segment.field}=${/^[\w.-]+$/.test(segment.equals) ? segment.equals : quote(segment.equals)}]`;
      return /^[A-Za-z0-9_$/-]+$/.test(segment.key)
        ? `${at === 0 ? '' : '.'}${segment.key}`
        : `[${quote(segment.key)}]`;
    })
    .join('');
}

/** What stands at a path, `undefined` when nothing does. Throws `Problem` for a path that cannot be read. */
export function getPath(value: unknown, path: string): unknown {
  let found = value;
  for (const segment of parsePath(path)) {
    const key = keyOf(found, segment);
    if (key === undefined || !Object.hasOwn(found as object, key)) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

/** Maps whose keys are the user's own: they may be made where they do not exist yet. */
const openMaps = new Set([
  'annotations',
  'labels',
  'matchLabels',
  'nodeSelector',
  'data',
  'stringData',
  'limits',
  'requests',
]);

/**
 * A copy in which the value at a path is another; everything else is shared with the original. The last key may be new, what
 * leads to it must exist: a path that matches nothing is a `Problem` that names what there is instead.
 */
export function setPath<T>(value: T, path: string, replacement: unknown): T {
  return set(value, parsePath(path), 0, replacement) as T;
}

function set(value: unknown, segments: PathSegment[], at: number, replacement: unknown): unknown {
  const segment = segments[at];
  if (!segment) return replacement;
  const last = at === segments.length - 1;
  const key = keyOf(value, segment);
  const exists = key !== undefined && Object.hasOwn(value as object, key);
  const mayBeMade = 'key' in segment && key !== undefined && (last || openMaps.has(segment.key));
  if (!exists && !mayBeMade) throw nothingThere(value, segments, at);
  const child = exists ? (value as Record<string | number, unknown>)[key] : {};
  const changed = set(child, segments, at + 1, replacement);
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? changed : item));
  const copy = { ...(value as Record<string, unknown>) };
  // Not by assignment: `__proto__` is a key like any other here.
  Object.defineProperty(copy, String(key), { value: changed, writable: true, enumerable: true, configurable: true });
  return copy;
}

/** The key or index by which a segment is found; undefined when the value is of another shape or has no such item. */
function keyOf(value: unknown, segment: PathSegment): string | number | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if ('key' in segment) return Array.isArray(value) ? undefined : segment.key;
  if (!Array.isArray(value)) return undefined;
  if ('index' in segment) return segment.index < value.length ? segment.index : undefined;
  const index = value.findIndex(
    (item) => item !== null && typeof item === 'object' && String(item[segment.field]) === segment.equals,
  );
  return index === -1 ? undefined : index;
}

function nothingThere(value: unknown, segments: PathSegment[], at: number): Problem {
  const path = formatPath(segments);
  const before = formatPath(segments.slice(0, at)) || 'the document';
  return new Problem(`The path \`${path}\` matches nothing: ${reason(value, segments[at] as PathSegment, before)}`, {
    exitCode: exitCodes.usage,
    next: ['Correct the path, or change what it points into.'],
  });
}

function reason(value: unknown, segment: PathSegment, before: string): string {
  if (Array.isArray(value)) {
    if ('index' in segment) return `\`${before}\` has ${value.length} items`;
    if ('key' in segment) return `\`${before}\` is a list; name one of its items, e.g. \`[0]\` or \`[name=…]\``;
    const there = value.map((item) => String((item as Record<string, unknown> | null)?.[segment.field]));
    return `no item of \`${before}\` has the ${segment.field} \`${segment.equals}\`; ${suggestion(segment.equals, there, 'there are') ?? 'it is empty'}`;
  }
  if (value === null || typeof value !== 'object') return `\`${before}\` is neither a map nor a list`;
  if (!('key' in segment)) return `\`${before}\` is a map, not a list`;
  return `\`${before}\` has no \`${segment.key}\`; ${suggestion(segment.key, Object.keys(value), 'there are') ?? 'it is empty'}`;
}

function unreadable(path: string, offset: number): Problem {
  return new Problem(`The path \`${path}\` cannot be read from its character ${offset + 1} on`, {
    exitCode: exitCodes.usage,
    next: ['A path looks like `spec.template.spec.containers[name=backend].image` or `metadata.annotations["a.b/c"]`.'],
  });
}
