import type { Fields } from './fields.ts';

function isLeaf(fields: Fields): boolean {
  return Object.keys(fields).length === 0;
}

export function isEmpty(fields: Fields | undefined): boolean {
  return fields === undefined || isLeaf(fields);
}

// A leaf owns the thing itself, which a node with children says by `.`: both are one form to the operations below.
function opened(fields: Fields): Fields {
  return isLeaf(fields) ? { '.': {} } : fields;
}

function closed(fields: Fields): Fields {
  return fields['.'] !== undefined && Object.keys(fields).length === 1 ? {} : fields;
}

export function union(left: Fields, right: Fields): Fields {
  const sum: Fields = { ...left };
  for (const [part, below] of Object.entries(right)) {
    const other = left[part];
    if (other === undefined || part === '.') sum[part] = below;
    else sum[part] = closed(union(opened(other), opened(below)));
  }
  return sum;
}

/** What is in `left` and not in `right`. */
export function without(left: Fields, right: Fields): Fields {
  const rest: Fields = {};
  for (const [part, below] of Object.entries(left)) {
    const other = right[part];
    if (other === undefined) {
      rest[part] = below;
      continue;
    }
    if (part === '.') continue;
    const kept = without(opened(below), opened(other));
    if (!isLeaf(kept)) rest[part] = closed(kept);
  }
  return rest;
}

/** What is in both. */
export function common(left: Fields, right: Fields): Fields {
  const both: Fields = {};
  for (const [part, below] of Object.entries(left)) {
    const other = right[part];
    if (other === undefined) continue;
    if (part === '.') {
      both[part] = {};
      continue;
    }
    const shared = common(opened(below), opened(other));
    if (!isLeaf(shared)) both[part] = closed(shared);
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
