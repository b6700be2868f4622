import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { equal, isObject, type Json } from '../json.ts';
import { type Comparison, compare } from './comparison.ts';
import { isEmpty, union, without, withoutBranch } from './field-sets.ts';
import type { Fields } from './fields.ts';
import { emptyOf, type MergeType } from './merge-type.ts';

/** One entry of `metadata.managedFields`. An entry of a scale has no time. */
export interface ManagedEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
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
  const entries = object?.metadata.managedFields;
  if (!Array.isArray(entries)) return [];
  return entries.filter((entry): entry is ManagedEntry => isObject(entry) && isObject(entry.fieldsV1));
}

/** Appliers are known by their name, updaters by the version too (`managedfields.go BuildManagerIdentifier`). */
export function isBy(entry: ManagedEntry, writer: Writer, apiVersion: string): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    (entry.subresource ?? '') === writer.subresource &&
    (entry.operation === 'Apply' || entry.apiVersion === apiVersion)
  );
}

const identity = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
];

const unowned: Fields = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': { '.': {}, ...Object.fromEntries(identity.map((name) => [`f:${name}`, {}])) },
};

/** What a client may own: without what says which object it is (`stripmeta.go`), and without the half that a path does not write. */
export function ownable(fields: Fields, reset: readonly string[]): Fields {
  return reset.reduce((rest, name) => withoutBranch(rest, name), without(fields, unowned));
}

/**
 * The entries after a plain write of `after` in place of `before` (undefined: it is new), both in the version of the request: the
 * writer takes what it changed from everybody, and nobody owns what is gone (`structured-merge-diff/merge/update.go Update`,
 * `managedfieldsupdater.go`). `reset` are the fields that the written path leaves alone; `elsewhere` tells what the write did to
 * another version of the object, whose fields may have other names.
 */
export function afterUpdate(
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  writer: Writer,
  type: MergeType,
  reset: readonly string[] = [],
  elsewhere: (apiVersion: string) => Comparison | undefined = () => undefined,
): ManagedEntry[] {
  const entries = entriesBefore(before, after, writer);
  // Who is not followed from the beginning, or asked to be forgotten, is followed from the next apply on (`skipnonapplied.go`).
  if (before && entries.length === 0) return [];
  const found = compare(before ? bare(before) : emptyOf(type), bare(after), type);
  const changed = found.changed ? ownable(found.changed, reset) : {};
  if (isEmpty(changed) && isEmpty(found.removed)) return entries;
  const left = entries.flatMap((entry) => {
    const seen = (entry.apiVersion === after.apiVersion ? undefined : elsewhere(entry.apiVersion)) ?? found;
    return keptOf(entry, without(without(entry.fieldsV1, seen.changed ?? {}), seen.removed ?? {}));
  });
  if (isEmpty(changed)) return sortEntries(left);
  const own = left.find((entry) => isBy(entry, writer, after.apiVersion));
  const fields = own ? union(own.fieldsV1, changed) : changed;
  return sortEntries([...left.filter((entry) => entry !== own), entryOf(after.apiVersion, writer, fields)]);
}

/** Entries that a client itself wrote count, except on subresources; an empty one means: forget them all. */
function entriesBefore(before: KubernetesObject | undefined, after: KubernetesObject, writer: Writer): ManagedEntry[] {
  if (writer.subresource === '' && isReset(after)) return [];
  const sent = writer.subresource === '' && before && before.metadata.managedFields !== after.metadata.managedFields;
  const given = sent ? entriesOf(after) : [];
  const valid = given.every(
    ({ operation, apiVersion, fieldsType }) => operation && apiVersion && fieldsType === 'FieldsV1',
  );
  return given.length > 0 && valid ? given : entriesOf(before);
}

/** `managedFields: []` or `[{}]` (`fieldmanager.go isResetManagedFields`). */
function isReset({ metadata }: KubernetesObject): boolean {
  const entries = metadata.managedFields as unknown;
  if (!Array.isArray(entries)) return false;
  return entries.length === 0 || (entries.length === 1 && equal(entries[0], {}));
}

// Who manages an object is not itself managed.
function bare(object: KubernetesObject): Json {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as Json;
}

export function keptOf(entry: ManagedEntry, fieldsV1: Fields): ManagedEntry[] {
  if (fieldsV1 === entry.fieldsV1) return [entry];
  return isEmpty(fieldsV1) ? [] : [{ ...entry, fieldsV1 }];
}

export function entryOf(
  apiVersion: string,
  { manager, operation, subresource, time }: Writer,
  fieldsV1: Fields,
): ManagedEntry {
  const entry: ManagedEntry = { manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1 };
  return subresource === '' ? entry : { ...entry, subresource };
}

/** Applies before updates, then by age and name (`managedfields.go sortEncodedManagedFields`). */
export function sortEntries(entries: ManagedEntry[]): ManagedEntry[] {
  if (entries.length < 2) return entries;
  const keyOf = (entry: ManagedEntry) =>
    `${entry.operation} ${entry.time ?? ''} ${entry.manager} ${entry.apiVersion} ${entry.subresource ?? ''}`;
  return entries
    .map((entry) => ({ entry, key: keyOf(entry) }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .map(({ entry }) => entry);
}
