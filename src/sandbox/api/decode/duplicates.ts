/** A field that stands twice in an object of a JSON text, and where every field stands: for faults in the order of the text. */
export interface TextOrder {
  /** Paths like `spec.containers[0].image`. */
  duplicates: string[];
  /** A path's place among all. */
  placeOf(path: string): number;
  /** Of YAML nothing is told but the lines: `line 6: key "replicas" already set in map`. */
  isYaml?: boolean;
}

/**
 * Looks for duplicate fields in a text that is known to be JSON. That is slow, so that a count decides first: as many
 * `"name":` as the value has fields means none. `fields` is that number.
 */
export function findDuplicates(text: string, fields: number): TextOrder | undefined {
  return countOf(text) === fields ? undefined : scan(text);
}

function countOf(text: string): number {
  let count = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) count += 1;
  // A space before the colon is rare: then the slow way decides.
  return /"\s+:/.test(text) ? -1 : count;
}

interface Frame {
  path: string;
  /** Undefined for a list. */
  names: Set<string> | undefined;
  index: number;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

function scan(text: string): TextOrder {
  const duplicates = new Map<string, number>();
  const places = new Map<string, number>();
  const frames: Frame[] = [];
  let pending: string | undefined;
  let name: string | undefined;
  const here = () => {
    const top = frames.at(-1);
    if (!top) return '';
    if (!top.names) return `${top.path}[${top.index}]`;
    return top.path === '' ? (name ?? '') : `${top.path}.${name ?? ''}`;
  };
  for (const { 0: part, index } of text.matchAll(token)) {
    const top = frames.at(-1);
    if (part === '{' || part === '[')
      frames.push({ path: here(), names: part === '{' ? new Set() : undefined, index: 0 });
    else if (part === '}' || part === ']') frames.pop();
    else if (part === ',' && top && !top.names) top.index += 1;
    else if (part.startsWith('"')) pending = part;
    else if (part === ':' && top?.names && pending !== undefined) {
      name = JSON.parse(pending) as string;
      const path = here();
      if (top.names.has(name) && !duplicates.has(path)) duplicates.set(path, index);
      top.names.add(name);
      if (!places.has(path)) places.set(path, index);
    }
  }
  return { duplicates: [...duplicates.keys()], placeOf: (path) => duplicates.get(path) ?? places.get(path) ?? 0 };
}
