import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { StatusError } from '../errors.ts';
import { copy, isObject, type Json } from '../json.ts';
import { common, fieldPaths, isEmpty, union, without } from '../managed/field-sets.ts';
import { changedFields, type Fields, fieldsOf, ownable } from '../managed/fields.ts';
import { afterApply, entriesOf, isBy, type ManagedEntry, type Writer } from '../managed/managers.ts';
import { isAtomicMap, itemKey, type ListRules } from './list-rules.ts';

export interface Applied {
  object: KubernetesObject;
  managedFields: ManagedEntry[];
}

/**
 * Server-side apply (`structured-merge-diff/merge/update.go Apply`): the configuration is merged into the live object; what
 * the manager applied before and does not any more is removed unless somebody else owns it. Throws 409 with a cause for
 * every field that somebody else owns with another value, unless `force`.
 */
export function applyConfiguration(
  live: KubernetesObject | undefined,
  configuration: KubernetesObject,
  writer: Writer,
  options: { rules: ListRules; force: boolean },
): Applied {
  const { rules } = options;
  const applied = fieldsOf(configuration, rules);
  const before = live ?? ({ ...configuration, metadata: { name: configuration.metadata.name } } as KubernetesObject);
  const base = live ? live : bare(configuration);
  const merged = mergeValue(
    base,
    { ...configuration, metadata: appliedMeta(configuration) },
    [],
    rules,
  ) as KubernetesObject;
  const entries = entriesOf(live);
  const others = entries.filter((entry) => !isBy(entry, writer));
  const changed = live ? changedFields(before, merged, rules) : {};
  const conflicts = others.flatMap((entry) => {
    const shared = common(entry.fieldsV1, common(changed, applied));
    return isEmpty(shared) ? [] : [{ entry, shared }];
  });
  if (conflicts.length > 0 && !options.force) throw conflictError(conflicts);
  // What anybody has, this manager included, stays.
  const owned = others.reduce<Fields>((sum, entry) => union(sum, entry.fieldsV1), applied);
  const last = entries.find((entry) => isBy(entry, writer))?.fieldsV1 ?? {};
  const gone = without(last, owned);
  const object = isEmpty(gone) ? merged : (prune(merged, gone, [], rules, owned) as KubernetesObject);
  const taken = conflicts.reduce<Fields>((sum, { shared }) => union(sum, shared), {});
  const managedFields = afterApply(live, configuration.apiVersion, writer, { applied, taken, gone });
  return { object, managedFields };
}

function bare({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata: { ...metadata } };
}

// What says which object it is comes from the live one; the rest of the metadata is merged like any field.
function appliedMeta(configuration: KubernetesObject): Json {
  const metadata = ownable(configuration).metadata;
  return isObject(metadata) ? metadata : {};
}

function mergeValue(live: unknown, applied: unknown, path: readonly string[], rules: ListRules): unknown {
  if (Array.isArray(applied)) return mergeList(Array.isArray(live) ? live : [], applied, path, rules);
  if (!isObject(applied) || !isObject(live) || isAtomicMap(path)) return copy(applied);
  const result: Json = { ...live };
  for (const [field, value] of Object.entries(applied)) {
    if (value === undefined) continue;
    result[field] = mergeValue(live[field], value, [...path, field], rules);
  }
  return result;
}

function mergeList(live: readonly unknown[], applied: readonly unknown[], path: readonly string[], rules: ListRules) {
  const rule = rules(path);
  if (!rule || [...live, ...applied].some((item) => itemKey(item, rule) === undefined)) return copy(applied);
  const merged = new Map(live.map((item) => [itemKey(item, rule), item]));
  const order = applied.map((item) => itemKey(item, rule));
  if (new Set(order).size < order.length)
    throw new StatusError(500, 'InternalError', `.${path.join('.')}: duplicate entries for key ${order.at(-1)}`);
  for (const [at, item] of applied.entries()) {
    const known = merged.get(order[at]);
    merged.set(
      order[at],
      rule.type === 'set' || known === undefined ? copy(item) : mergeValue(known, item, path, rules),
    );
  }
  // The applied order counts among the applied; what only others own keeps its place behind.
  const first = order.map((key) => merged.get(key));
  return [...first, ...[...merged].filter(([key]) => !order.includes(key)).map(([, item]) => item)];
}

/** Removes the fields of `gone`; a list's item goes as a whole unless somebody else owns something in it. */
function prune(value: unknown, gone: Fields, path: readonly string[], rules: ListRules, owned: Fields): unknown {
  if (Array.isArray(value)) return pruneList(value, gone, path, rules, owned);
  if (!isObject(value)) return value;
  const result: Json = { ...value };
  for (const [part, below] of Object.entries(gone)) {
    const field = part.slice(2);
    if (!part.startsWith('f:') || result[field] === undefined) continue;
    if (isEmpty(below)) {
      if (owned[part] === undefined) delete result[field];
      continue;
    }
    const rest = prune(result[field], below, [...path, field], rules, owned[part] ?? {});
    // A map that nobody has anything in goes with its last field.
    if (isHollow(rest) && owned[part] === undefined) delete result[field];
    else result[field] = rest;
  }
  return result;
}

function pruneList(list: readonly unknown[], gone: Fields, path: readonly string[], rules: ListRules, owned: Fields) {
  const rule = rules(path);
  if (!rule) return list;
  return list.flatMap((item) => {
    const key = itemKey(item, rule);
    const part = rule.type === 'set' ? `v:${key}` : `k:${key}`;
    const below = gone[part];
    if (below === undefined) return [item];
    if (owned[part] === undefined && (isEmpty(below) || below['.'] !== undefined)) return [];
    return [prune(item, below, path, rules, owned[part] ?? {})];
  });
}

function isHollow(value: unknown): boolean {
  return (Array.isArray(value) ? value : Object.keys(isObject(value) ? value : { some: 1 })).length === 0;
}

function conflictError(conflicts: readonly { entry: ManagedEntry; shared: Fields }[]): StatusError {
  const causes = conflicts.flatMap(({ entry, shared }) => {
    const subresource = entry.subresource ? ` with subresource "${entry.subresource}"` : '';
    const using = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
    const message = `conflict with "${entry.manager}"${subresource}${using}`;
    return fieldPaths(shared).map((field) => ({ reason: 'FieldManagerConflict', message, field }));
  });
  const listed = causes.map(({ message, field }) => `${message}: ${field}`);
  const head = `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}`;
  const text = causes.length === 1 ? `${head}: ${listed[0]}` : `${head}: ${listed.join('\n')}`;
  return new StatusError(409, 'Conflict', text, { causes });
}
