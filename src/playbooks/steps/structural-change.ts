import { exitCodes, Problem } from '../../base/errors.ts';
import { formatPath, getPath, type PathSegment, parsePath, setPath } from '../../yaml/path.ts';

/** A value that stands at a path, or that nothing is to stand there. */
export interface PlacedChange {
  path: string;
  value?: unknown;
  remove?: boolean | undefined;
}

const everyItem = '[*]';

/**
 * A copy with the change in it. `[*]` in the path means every item of a list; with `remove` a field or an item is taken away.
 * Throws `Problem` for a path that matches nothing.
 */
export function withChange<T>(object: T, { path, value, remove = false }: PlacedChange): T {
  // From the end, so that taking an item away leaves the places of the others as they were.
  const places = concretePaths(object, path).reverse();
  return places.reduce((changed, place) => (remove ? without(changed, place) : setPath(changed, place, value)), object);
}

/** The paths that a path with `[*]` in it stands for in this object. Throws `Problem` where that is no list. */
export function concretePaths(object: unknown, path: string): string[] {
  const at = path.indexOf(everyItem);
  if (at === -1) return [path];
  const [before, after] = [path.slice(0, at), path.slice(at + everyItem.length)];
  const list = before === '' ? object : getPath(object, before);
  if (!Array.isArray(list))
    throw new Problem(`The path \`${path}\` matches nothing: \`${before}\` is no list`, {
      exitCode: exitCodes.usage,
      next: ['Correct the path, or change what it points into.'],
    });
  return list.flatMap((_, index) => concretePaths(object, `${before}[${index}]${after}`));
}

function without<T>(object: T, path: string): T {
  // Says what is wrong where nothing is there.
  setPath(object, path, undefined);
  if (getPath(object, path) === undefined)
    throw new Problem(`The path \`${path}\` matches nothing, so that nothing can be removed`, {
      exitCode: exitCodes.usage,
      next: ['Correct the path, or leave the change out.'],
    });
  const segments = parsePath(path);
  const last = segments.at(-1) as PathSegment;
  const parents = segments.slice(0, -1);
  const parent = parents.length === 0 ? object : getPath(object, formatPath(parents));
  const rest = withoutChild(parent, last);
  return parents.length === 0 ? (rest as T) : setPath(object, formatPath(parents), rest);
}

function withoutChild(parent: unknown, segment: PathSegment): unknown {
  if (!Array.isArray(parent)) {
    const gone = 'key' in segment ? segment.key : '';
    return Object.fromEntries(Object.entries(parent as object).filter(([key]) => key !== gone));
  }
  const index =
    'index' in segment
      ? segment.index
      : parent.findIndex((item) => 'field' in segment && String(item?.[segment.field]) === segment.equals);
  return parent.filter((_, at) => at !== index);
}
