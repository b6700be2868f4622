import type { Fields } from './fields.ts';
import { fieldType, isDeclared, type MergeType } from './merge-type.ts';

function isLeaf(fields: Fields): boolean {
  for (const _ in fields) return false;
  return true;
}

export function isEmpty(fields: Fields | undefined): boolean {
  return fields === undefined || isLeaf(fields);
}

// A leaf owns the thing itself, which a node with children says by `.`: both are one form to the operations below.
const self: Fields = { '.': {} };

function opened(fields: Fields): Fields {
  return isLeaf(fields) ? self : fields;
}

function closed(fields: Fields): Fields {
  if (fields['.'] === undefined) return fields;
  for (const part in fields) if (part !== '.') return fields;
  return {};
}

/** What is in either; `left` itself where `right` adds nothing. */
export function union(left: Fields, right: Fields): Fields {
  let sum = left;
  for (const part in right) {
    const [other, below] = [left[part], right[part] as Fields];
    if (other === below || (other !== undefined && part === '.')) continue;
    const both = other === undefined ? below : closed(union(opened(other), opened(below)));
    if (other !== undefined && both === other) continue;
    if (sum === left) sum = { ...left };
    sum[part] = both;
  }
  return sum;
}

/** What is in `left` and not in `right`; `left` itself where they share nothing. */
export function without(left: Fields, right: Fields): Fields {
  let rest: Fields | undefined;
  for (const part in left) {
    const [below, other] = [left[part] as Fields, right[part]];
    if (other === undefined) continue;
    const kept = part === '.' ? {} : without(opened(below), opened(other));
    if (kept === below || (isLeaf(below) && !isLeaf(kept))) continue;
    rest ??= { ...left };
    if (isLeaf(kept)) delete rest[part];
    else rest[part] = closed(kept);
  }
  return rest ?? left;
}

/** What is in both. */
export function common(left: Fields, right: Fields): Fields {
  const both: Fields = {};
  for (const part in left) {
    const [below, other] = [left[part] as Fields, right[part]];
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

/** Without a field and all that is below it. */
export function withoutBranch(fields: Fields, ...path: string[]): Fields {
  const [first, ...more] = path;
  const below = first === undefined ? undefined : fields[`f:${first}`];
  if (first === undefined || below === undefined) return fields;
  const { [`f:${first}`]: _, ...rest } = fields;
  const kept = more.length > 0 ? withoutBranch(below, ...more) : {};
  return isLeaf(kept) ? rest : { ...rest, [`f:${first}`]: kept };
}

/** Whether a field itself is in it. */
export function hasField(fields: Fields, path: readonly string[]): boolean {
  let found: Fields | undefined = fields;
  for (const name of path) found = found?.[`f:${name}`];
  return found !== undefined && (isLeaf(found) || found['.'] !== undefined);
}

/** The set of one field. */
export function fieldAt(path: readonly string[]): Fields {
  return path.reduceRight<Fields>((below, name) => ({ [`f:${name}`]: below }), {});
}

/** With every declared field that something below is in (`fieldpath/set.go EnsureNamedFieldsAreMembers`). */
export function withStructs(fields: Fields, type: MergeType): Fields {
  const whole: Fields = {};
  for (const [part, below] of Object.entries(fields)) {
    const named = part.startsWith('f:');
    const name = part.slice(2);
    const deep = isLeaf(below) ? below : withStructs(below, named ? fieldType(type, name) : type?.items);
    whole[part] = named && !isLeaf(deep) && isDeclared(type, name) ? { '.': {}, ...deep } : deep;
  }
  return whole;
}

/** Each field as people read it: `.spec.template.spec.containers[name="web"].image`. */
export function fieldPaths(fields: Fields, prefix = ''): string[] {
  if (isLeaf(fields)) return prefix === '' ? [] : [prefix];
  // What is owned itself comes first, then what is below, in the order of the parts.
  const own = fields['.'] === undefined ? [] : [prefix];
  const parts = Object.keys(fields).filter((part) => part !== '.');
  return [...own, ...parts.sort().flatMap((part) => fieldPaths(fields[part] ?? {}, `${prefix}${partText(part)}`))];
}

function partText(part: string): string {
  const text = part.slice(2);
  if (part.startsWith('f:')) return `.${text}`;
  if (part.startsWith('v:')) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
