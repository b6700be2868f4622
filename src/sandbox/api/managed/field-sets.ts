import type { Fields } from './fields.ts';

function isLeaf(fields: Fields): boolean {
  return Object.keys(fields).length === 0;
}

export function isEmpty(fields: Fields | undefined): boolean {
  return fields === undefined || isLeaf(fields);
}

export function union(left: Fields, right: Fields): Fields {
  const sum: Fields = { ...left };
  for (const [part, below] of Object.entries(right)) {
    const other = left[part];
    if (other === undefined) sum[part] = below;
    else if (isLeaf(other) !== isLeaf(below)) sum[part] = { '.': {}, ...other, ...below };
    else sum[part] = union(other, below);
  }
  return sum;
}

/** What is in `left` and not in `right`. A leaf in `right` takes away what lies below it too: it replaced the whole. */
export function without(left: Fields, right: Fields): Fields {
  const rest: Fields = {};
  for (const [part, below] of Object.entries(left)) {
    const other = right[part];
    if (other === undefined) rest[part] = below;
    else if (!isLeaf(below) && !isLeaf(other)) {
      const kept = without(below, other);
      if (!isLeaf(kept)) rest[part] = kept;
    } else if (isLeaf(below) && !isLeaf(other) && other['.'] === undefined) rest[part] = below;
  }
  return rest;
}

/** What is in both. */
export function common(left: Fields, right: Fields): Fields {
  const both: Fields = {};
  for (const [part, below] of Object.entries(left)) {
    const other = right[part];
    if (other === undefined) continue;
    if (isLeaf(below) || isLeaf(other)) {
      if (isLeaf(below) && isLeaf(other)) both[part] = {};
      else both[part] = isLeaf(below) ? other : below;
      continue;
    }
    const shared = common(below, other);
    if (!isLeaf(shared)) both[part] = shared;
  }
  return both;
}

/** Each field as people read it: `.spec.template.spec.containers[name="web"].image`. */
export function fieldPaths(fields: Fields, prefix = ''): string[] {
  if (isLeaf(fields)) return prefix === '' ? [] : [prefix];
  return Object.entries(fields).flatMap(([part, below]) => fieldPaths(below, `${prefix}${partText(part)}`));
}

function partText(part: string): string {
  if (part === '.') return '';
  const text = part.slice(2);
  if (part.startsWith('f:')) return `.${text}`;
  if (part.startsWith('v:')) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
