import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { equal, isObject } from '../json.ts';
import type { ListRules } from '../patches/list-rules.ts';
import { isEmpty, union, without } from './field-sets.ts';
import { changedFields, differing, type Fields, fieldsOf } from './fields.ts';

/** One entry of `metadata.managedFields`. */
export interface ManagedEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: Fields;
  subresource?: string;
}

/** Who writes, and how. */
export interface Writer {
  manager: string;
  operation: ManagedEntry['operation'];
  subresource: string;
  time: string;
}

export function entriesOf(object: KubernetesObject | undefined): ManagedEntry[] {
  return (object?.metadata.managedFields ?? []).filter(
    (entry): entry is ManagedEntry => isObject(entry) && isObject(entry.fieldsV1),
  );
}

export function isBy(entry: ManagedEntry, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    (entry.subresource ?? '') === writer.subresource
  );
}

/**
 * The entries after a plain write: the writer takes what it changed from everybody, and nobody owns what is gone
 * (`structured-merge-diff/merge/update.go Update`).
 */
export function afterUpdate(
  before: KubernetesObject | undefined,
  next: KubernetesObject,
  writer: Writer,
  rules: ListRules,
): ManagedEntry[] {
  const entries = entriesOf(before);
  const { taken, gone } = before ? exchanged(before, next, rules) : { taken: fieldsOf(next, rules), gone: {} };
  if (isEmpty(taken) && isEmpty(gone)) return entries;
  const others = entries
    .filter((entry) => !isBy(entry, writer))
    .map((entry) => ({ ...entry, fieldsV1: without(without(entry.fieldsV1, taken), gone) }));
  const own = entries.find((entry) => isBy(entry, writer));
  const fields = without(union(own?.fieldsV1 ?? {}, taken), gone);
  return sortEntries([...others, entryOf(next.apiVersion, writer, fields)]);
}

/** What a write sets anew and what it takes away; looked for only in the parts of the objects that differ. */
function exchanged(
  before: KubernetesObject,
  next: KubernetesObject,
  rules: ListRules,
): { taken: Fields; gone: Fields } {
  const [old, fresh] = differing(before, next);
  return {
    taken: changedFields(old, fresh, rules),
    gone: without(fieldsOf(old, rules), fieldsOf(fresh, rules)),
  };
}

/** The entries after an apply: the writer owns exactly what it applied; `taken` was forced from others. */
export function afterApply(
  before: KubernetesObject | undefined,
  apiVersion: string,
  writer: Writer,
  sets: { applied: Fields; taken: Fields; gone: Fields },
): ManagedEntry[] {
  const entries = entriesOf(before);
  const others = entries
    .filter((entry) => !isBy(entry, writer))
    .map((entry) => ({ ...entry, fieldsV1: without(without(entry.fieldsV1, sets.taken), sets.gone) }));
  const own = entries.find((entry) => isBy(entry, writer));
  // An apply that says the same again leaves its time as it was.
  const same = own && own.apiVersion === apiVersion && equal(own.fieldsV1, sets.applied);
  return sortEntries([...others, same ? own : entryOf(apiVersion, writer, sets.applied)]);
}

function entryOf(
  apiVersion: string,
  { manager, operation, subresource, time }: Writer,
  fieldsV1: Fields,
): ManagedEntry {
  const entry: ManagedEntry = { manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1 };
  return subresource === '' ? entry : { ...entry, subresource };
}

// Applies before updates, then by age and name (`managedfields/internal/managedfields.go sortEncodedManagedFields`).
function sortEntries(entries: readonly ManagedEntry[]): ManagedEntry[] {
  const keyOf = (entry: ManagedEntry) =>
    `${entry.operation} ${entry.time} ${entry.manager} ${entry.apiVersion} ${entry.subresource ?? ''}`;
  return entries
    .filter((entry) => !isEmpty(entry.fieldsV1))
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}
