import { isDeepStrictEqual } from 'node:util';
import { keyValue, mergeKeyOf } from './merge-keys.ts';
import type { KubernetesObject } from './object.ts';

type FieldSet = Record<string, unknown>;

/**
 * The part of an object that an apply of `wanted` by this manager could change: the fields that the manager owns in it, and
 * those that `wanted` names. Applied again later, it brings them back to what they are now, and takes away what came in
 * between.
 */
export function formerFields(live: KubernetesObject, wanted: KubernetesObject, manager: string): KubernetesObject {
  const { apiVersion, kind, metadata } = live;
  const { status: _, apiVersion: __, kind: ___, ...rest } = live;
  const part = partOf(rest, wanted, ownedBy(live, manager), '') as { metadata?: KubernetesObject['metadata'] };
  const { managedFields, resourceVersion, generation, creationTimestamp, uid, ...kept } =
    part.metadata ?? ({} as KubernetesObject['metadata']);
  const place = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
  return { ...part, apiVersion, kind, metadata: { ...kept, name: metadata.name, ...place } };
}

function ownedBy({ metadata }: KubernetesObject, manager: string): FieldSet {
  const entries = (metadata.managedFields ?? []) as { manager?: string; operation?: string; fieldsV1?: FieldSet }[];
  const own = entries.find((entry) => entry.manager === manager && entry.operation === 'Apply');
  return own?.fieldsV1 ?? {};
}

function partOf(live: unknown, wanted: unknown, owned: FieldSet | undefined, field: string): unknown {
  if (Array.isArray(live)) return partOfList(live, Array.isArray(wanted) ? wanted : [], owned, field);
  if (live === null || typeof live !== 'object' || isWhole(wanted, owned)) return live;
  const named = (wanted ?? {}) as Record<string, unknown>;
  const part: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(live)) {
    const set = owned?.[`f:${key}`] as FieldSet | undefined;
    const isNamed = Object.hasOwn(named, key);
    if (isNamed || set !== undefined) part[key] = partOf(value, isNamed ? named[key] : undefined, set, key);
  }
  return part;
}

/** A field that is owned without anything below it, as atomic maps are, is taken whole. */
function isWhole(wanted: unknown, owned: FieldSet | undefined): boolean {
  return wanted === undefined && owned !== undefined && Object.keys(owned).every((key) => key === '.');
}

function partOfList(live: unknown[], wanted: unknown[], owned: FieldSet = {}, field: string): unknown[] {
  const keyed = Object.entries(owned).filter(([key]) => key.startsWith('k:'));
  const values = Object.keys(owned).filter((key) => key.startsWith('v:'));
  const key = mergeKeyOf(field, live, wanted);
  if (keyed.length === 0 && values.length === 0 && (key === undefined || Object.keys(owned).length > 0)) return live;
  return live.flatMap((item) => {
    const set = keyed.find(([name]) => hasKeys(item, JSON.parse(name.slice(2)) as Record<string, unknown>));
    const named = key === undefined ? undefined : wanted.find((one) => keyValue(one, key) === keyValue(item, key));
    const isValue = values.some((name) => isDeepStrictEqual(JSON.parse(name.slice(2)), item)) || wanted.includes(item);
    if (set === undefined && named === undefined) return isValue ? [item] : [];
    const keys = set ? (JSON.parse(set[0].slice(2)) as Record<string, unknown>) : key ? { [key]: undefined } : {};
    const part = partOf(item, named, set?.[1] as FieldSet | undefined, '');
    return [{ ...pick(item, Object.keys(keys)), ...(part as object) }];
  });
}

function hasKeys(item: unknown, keys: Record<string, unknown>): boolean {
  return Object.entries(keys).every(([key, value]) => (item as Record<string, unknown> | null)?.[key] === value);
}

function pick(item: unknown, keys: readonly string[]): Record<string, unknown> {
  const from = item as Record<string, unknown>;
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(from, key)).map((key) => [key, from[key]]));
}
