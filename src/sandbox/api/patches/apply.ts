import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { equal, type Json } from '../json.ts';
import { compare } from '../managed/comparison.ts';
import { common, isEmpty, union, without, withStructs } from '../managed/field-sets.ts';
import { type Fields, fieldsOf } from '../managed/fields.ts';
import {
  afterUpdate,
  entriesOf,
  entryOf,
  isBy,
  keptOf,
  type ManagedEntry,
  ownable,
  sortEntries,
  type Writer,
} from '../managed/managers.ts';
import type { MergeType } from '../managed/merge-type.ts';
import { type Conflict, conflictError } from './apply-conflicts.ts';
import { checkTyped } from './check-typed.ts';
import { withLastApplied, yieldsToLastApplied } from './last-applied.ts';
import { mergeValues } from './merge-values.ts';
import { removeFields } from './remove-fields.ts';

export interface Applied {
  object: KubernetesObject;
  managedFields: ManagedEntry[];
}

export interface ApplyOptions {
  type: MergeType;
  force: boolean;
  /** Fields that the path leaves alone: nobody comes to own them by it. */
  reset: readonly string[];
}

/**
 * Server-side apply (`structured-merge-diff/merge/update.go Apply`): the configuration is merged into the live object; what
 * the manager applied before and does not any more is removed unless somebody else owns it. All objects are in the version of
 * the request. Throws 409 with a cause for every field that somebody else owns with another value, unless `force`.
 */
export function applyConfiguration(
  live: KubernetesObject | undefined,
  configuration: KubernetesObject,
  writer: Writer,
  options: ApplyOptions,
): Applied {
  const { type, reset } = options;
  const { apiVersion } = configuration;
  checkTyped(configuration, type);
  const before = live ? unmanaged(live) : beginning(configuration);
  const entries = live ? followed(live, writer, options) : [];
  const own = entries.find((entry) => isBy(entry, writer, apiVersion));
  const others = entries.filter((entry) => entry !== own);
  const applied = fieldsOf(configuration, type);
  const owned = reset.length > 0 ? ownable(applied, reset) : applied;
  const merged = mergeValues(before, configuration, type) as Json;
  const pruned = own ? prune(merged, own.fieldsV1, [owned, ...others.map(({ fieldsV1 }) => fieldsV1)], type) : merged;
  const { changed = {}, removed = {} } = compare(before, pruned, type);
  const conflicts = others.flatMap((entry): Conflict[] => {
    const shared = common(entry.fieldsV1, changed);
    return isEmpty(shared) ? [] : [{ entry, shared }];
  });
  if (!options.force) refuse(conflicts, live, writer, type);
  const left = others.flatMap((entry) => keptOf(entry, without(without(entry.fieldsV1, changed), removed)));
  const fields = ownable(owned, []);
  const nothing = live !== undefined && isEmpty(changed) && isEmpty(removed);
  const same = own && nothing && own.apiVersion === apiVersion && equal(own.fieldsV1, fields);
  const entry = same ? own : entryOf(apiVersion, writer, fields);
  // Who applies what is there already does so at no time (`managedfieldsupdater.go Apply`).
  const { time: _, ...timeless } = entry;
  const written = nothing ? { ...timeless, ...(own?.time === undefined ? {} : { time: own.time }) } : entry;
  const managedFields = sortEntries(isEmpty(fields) ? left : [...left, written]);
  const object = pruned as unknown as KubernetesObject;
  return { object: writer.manager === 'kubectl' ? withLastApplied(object, configuration) : object, managedFields };
}

function refuse(conflicts: Conflict[], live: KubernetesObject | undefined, writer: Writer, type: MergeType): void {
  if (conflicts.length === 0) return;
  const left = writer.manager === 'kubectl' && live ? yieldsToLastApplied(conflicts, live, type) : conflicts;
  if (left.length > 0) throw conflictError(left);
}

function unmanaged(object: KubernetesObject): Json {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as Json;
}

// What an object begins with is told by the path, not by the configuration.
function beginning({ apiVersion, kind }: KubernetesObject): Json {
  return { apiVersion, kind };
}

/** An object that nobody followed so far belongs to one manager of old (`skipnonapplied.go`). */
function followed(live: KubernetesObject, writer: Writer, { type, reset }: ApplyOptions): ManagedEntry[] {
  const entries = entriesOf(live);
  if (entries.length > 0) return entries;
  const former: Writer = { ...writer, manager: 'before-first-apply', operation: 'Update' };
  return afterUpdate(undefined, live, former, type, reset);
}

/** What the manager had and does not apply any more goes, unless somebody else has it, or something in it. */
function prune(merged: Json, last: Fields, owned: readonly Fields[], type: MergeType): Json {
  const managed = owned.reduce((sum, fields) => union(sum, fields), {});
  if (isEmpty(without(last, managed))) return merged;
  const all = withStructs(fieldsOf(merged, type), type);
  const without1 = removeFields(merged, withStructs(last, type), type);
  const rest = union(withStructs(fieldsOf(without1, type), type), withStructs(managed, type));
  const without2 = removeFields(merged, without(all, rest), type);
  const kept = withStructs(fieldsOf(without2, type), type);
  return removeFields(merged, common(without(all, kept), withStructs(last, type)), type) as Json;
}
