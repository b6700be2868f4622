import { badRequest } from '../errors.ts';
import { equal, isObject, type Json } from '../json.ts';
import { fieldType, type MergeType } from '../managed/merge-type.ts';
import { inElementOrder } from './element-order.ts';

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/**
 * A strategic merge patch (`apimachinery/pkg/util/strategicpatch/patch.go`): lists with a merge key are merged item by item;
 * `$patch: delete|replace|merge`, `$retainKeys`, `$deleteFromPrimitiveList` and `$setElementOrder` do what they say. Nothing that
 * was given is changed. Throws 400 for a patch that makes no sense.
 */
export function applyStrategicMerge(target: unknown, patch: Json, type: MergeType): Json {
  return mergeMaps(isObject(target) ? target : {}, patch, type);
}

function mergeMaps(target: Json, patch: Json, type: MergeType): Json {
  if (patch.$patch !== undefined) return directed(patch, patch.$patch);
  const result = retained(target, patch);
  for (const [field, value] of Object.entries(patch)) {
    if (field === '$retainKeys' || field.startsWith(orderPrefix)) continue;
    if (field.startsWith(deletePrefix)) {
      const name = field.slice(deletePrefix.length);
      const gone = listOf(value);
      if (result[name] !== undefined)
        result[name] = listOf(result[name]).filter((item) => !gone.some((one) => equal(one, item)));
    } else if (value === null) delete result[field];
    else setOwn(result, field, mergeValue(result[field], value, fieldType(type, field), field));
  }
  for (const [field, order] of Object.entries(patch)) {
    if (!field.startsWith(orderPrefix)) continue;
    const name = field.slice(orderPrefix.length);
    const about = fieldType(type, name);
    if (Array.isArray(result[name]))
      result[name] = inElementOrder(result[name], listOf(target[name]), listOf(order), about?.patchMergeKey);
  }
  return result;
}

// A field called __proto__ is a field like any other.
function setOwn(target: Json, field: string, value: unknown): void {
  if (field === '__proto__')
    Object.defineProperty(target, field, { value, writable: true, enumerable: true, configurable: true });
  else target[field] = value;
}

/** What `$patch` makes of a map. */
function directed(patch: Json, directive: unknown): Json {
  const { $patch: _, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  if (directive === 'merge') return rest;
  throw badRequest(`Unknown patch type: ${String(directive)}`);
}

function retained(target: Json, { $retainKeys: keys }: Json): Json {
  if (keys === undefined) return { ...target };
  if (!Array.isArray(keys)) throw badRequest('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(target).filter(([field]) => keys.includes(field)));
}

function mergeValue(target: unknown, patch: unknown, type: MergeType, field: string): unknown {
  if (isObject(patch)) {
    if (target !== undefined && type?.patchStrategy.includes('replace')) return bare(patch);
    return mergeMaps(isObject(target) ? target : {}, patch, type);
  }
  if (!Array.isArray(patch)) return patch;
  if (!type?.patchStrategy.includes('merge')) return bare(patch);
  if (type.patchMergeKey === undefined) return mergeSets(listOf(target), patch);
  return mergeItems(listOf(target), patch, type.patchMergeKey, type.items, field);
}

function mergeSets(target: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const result: unknown[] = [];
  for (const item of [...target, ...patch]) if (!result.some((one) => equal(one, item))) result.push(item);
  return result;
}

function mergeItems(
  target: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  type: MergeType,
  field: string,
): unknown[] {
  const replaces = patch.some((item) => isObject(item) && item.$patch === 'replace');
  if (replaces) return patch.filter((item) => !(isObject(item) && item.$patch === 'replace')).map(bare);
  let result = [...target];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`invalid JSON document: an item of ${field} is not an object`);
    if (item[key] === undefined) throw badRequest(`map: ${goMap(item)} does not contain declared merge key: ${key}`);
    const isMeant = (one: unknown) => isObject(one) && equal(one[key], item[key]);
    const at = result.findIndex(isMeant);
    if (item.$patch === 'delete') result = result.filter((one) => !isMeant(one));
    else if (item.$patch !== undefined && item.$patch !== 'merge')
      throw badRequest(`Unknown patch type: ${String(item.$patch)}`);
    else if (at >= 0) result[at] = mergeMaps(result[at] as Json, withoutPatch(item), type);
    else result.push(mergeMaps({}, withoutPatch(item), type));
  }
  return result;
}

function withoutPatch({ $patch: _, ...item }: Json): Json {
  return item;
}

/** A value of a patch taken as it is: directives in it are none of its fields. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([field, below]) =>
      below !== null &&
      field !== '$patch' &&
      field !== '$retainKeys' &&
      !field.startsWith(orderPrefix) &&
      !field.startsWith(deletePrefix),
  );
  return Object.fromEntries(kept.map(([field, below]) => [field, bare(below)]));
}

// As Go prints a map.
function goMap(item: Json): string {
  const entries = Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${entries.map(([name, value]) => `${name}:${String(value)}`).join(' ')}]`;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
