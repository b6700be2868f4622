import type { SchemaNode } from '../../data/schema-node.ts';
import { customSchema, schemaOf } from '../../data/schemas.ts';
import { decodeValue } from '../decode/decode-value.ts';
import { isObject, type Json } from '../json.ts';
import type { Resource } from '../resources.ts';

/** What merging knows of a value; undefined where nothing is: maps are merged field by field then, lists are one value. */
export type MergeType = SchemaNode | undefined;

const customTypes = new WeakMap<object, SchemaNode>();

/** The type of a resource: of Kubernetes' own schemas, or of the definition of a custom one. */
export function mergeTypeOf({
  custom,
  group,
  version,
  kind,
}: Pick<Resource, 'custom' | 'group' | 'version' | 'kind'>): MergeType {
  if (!custom) return schemaOf({ group, version, kind });
  const known = customTypes.get(custom);
  if (known) return known;
  const made = customSchema(custom.schema);
  customTypes.set(custom, made);
  return made;
}

export function fieldType(type: MergeType, name: string): MergeType {
  return type?.properties.get(name) ?? type?.additionalProperties;
}

/** Whether a struct has a field of this name; keys of maps are the user's. */
export function isDeclared(type: MergeType, name: string): boolean {
  return type?.properties.has(name) ?? false;
}

export function isAtomicMap(type: MergeType): boolean {
  return type?.mapType === 'atomic';
}

/** How the items of a list are told apart (`kube-openapi/pkg/schemaconv/smd.go getListElementRelationship`). */
function listKeys(type: MergeType): readonly string[] | 'set' | undefined {
  if (!type) return undefined;
  if (type.listType === 'map') return type.listMapKeys;
  if (type.listType === 'set') return 'set';
  if (type.listType === 'atomic' || !type.patchStrategy.includes('merge')) return undefined;
  return type.patchMergeKey === undefined ? 'set' : [type.patchMergeKey];
}

/**
 * An item's place in a list as `FieldsV1` writes it: `k:{"name":"web"}`, `v:"a"`; undefined when it has none
 * (`structured-merge-diff/typed/helpers.go listItemToPathElement`).
 */
function itemPart(item: unknown, keys: readonly string[] | 'set', type: MergeType): string | undefined {
  if (keys === 'set') return typeof item === 'object' ? undefined : `v:${JSON.stringify(item)}`;
  if (!isObject(item)) return undefined;
  const [only] = keys;
  // One key with a text is by far the most frequent.
  if (keys.length === 1 && only !== undefined && typeof item[only] === 'string')
    return `k:{${JSON.stringify(only)}:${JSON.stringify(item[only])}}`;
  const parts: Json = {};
  for (const key of [...keys].sort()) {
    const value = item[key] ?? type?.items?.properties.get(key)?.default;
    if (value !== undefined) parts[key] = value;
  }
  return Object.keys(parts).length === 0 ? undefined : `k:${JSON.stringify(parts)}`;
}

/** Items by their place; those that share one are a list of several. Undefined when an item has no place. */
export function itemsByPart(list: readonly unknown[], type: MergeType): Map<string, unknown[]> | undefined {
  const keys = listKeys(type);
  if (keys === undefined) return undefined;
  const found = new Map<string, unknown[]>();
  for (const item of list) {
    const part = itemPart(item, keys, type);
    if (part === undefined) return undefined;
    const others = found.get(part);
    if (others) others.push(item);
    else found.set(part, [item]);
  }
  return found;
}

const skeletons = new WeakMap<SchemaNode, Json>();

/** What Go writes of a new object of a kind that nobody has put anything into. Who creates an object does not own that. */
export function emptyOf(type: MergeType): Json {
  if (!type) return {};
  const known = skeletons.get(type);
  if (known) return known;
  const made = type.definition === undefined ? {} : decodeValue(type, {}).value;
  skeletons.set(type, made);
  return made;
}
