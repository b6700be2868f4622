import { badRequest, type StatusError, unforeseen } from '../errors.ts';
import { equal, isObject, type Json } from '../json.ts';
import { fieldType, type MergeType } from '../managed/merge-type.ts';
import { inElementOrder } from './element-order.ts';
import { goText } from './go-text.ts';

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
    else setOwn(result, field, mergeValue(result[field], value, fieldType(type, field)));
  }
  for (const [field, order] of Object.entries(patch)) {
    if (!field.startsWith(orderPrefix)) continue;
    const name = field.slice(orderPrefix.length);
    const about = fieldType(type, name);
    checkOrder(listOf(patch[name]), listOf(order), about?.patchMergeKey);
    if (Array.isArray(result[name]))
      result[name] = inElementOrder(result[name], listOf(target[name]), listOf(order), about?.patchMergeKey);
  }
  return result;
}

/** Every item that is patched has to be named by the order, and in it (`validatePatchWithSetOrderList`). */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], key: string | undefined): void {
  const keyOf = (item: unknown) => JSON.stringify(key !== undefined && isObject(item) ? item[key] : item);
  const places = order.map(keyOf);
  const kept = patch.filter((item) => !(isObject(item) && item.$patch !== undefined));
  let at = -1;
  for (const item of kept) {
    at = places.indexOf(keyOf(item), at + 1);
    if (at < 0)
      throw unforeseen(
        `The order in patch list:\n${goText(patch)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
      );
  }
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
  throw unknownDirective(patch);
}

function retained(target: Json, patch: Json): Json {
  const { $retainKeys: keys } = patch;
  if (keys === undefined) return { ...target };
  const fields = Object.keys(patch).filter((field) => !field.startsWith('$'));
  if (!Array.isArray(keys) || fields.some((field) => !keys.includes(field)))
    throw badRequest('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(target).filter(([field]) => keys.includes(field)));
}

function mergeValue(target: unknown, patch: unknown, type: MergeType): unknown {
  if (isObject(patch)) {
    if (target !== undefined && type?.patchStrategy.includes('replace')) return bare(patch);
    return mergeMaps(isObject(target) ? target : {}, patch, type);
  }
  if (!Array.isArray(patch)) return patch;
  if (!type?.patchStrategy.includes('merge')) return bare(patch);
  // There is nothing yet that items of another type would differ from.
  if (target === undefined && patch.some((item) => !isObject(item)) && type.patchMergeKey) return bare(patch);
  const { patchMergeKey: key } = type;
  const live = listOf(target);
  const merged = key === undefined ? mergeSets(live, patch) : mergeItems(live, patch, key, type.items);
  // Without an order of its own the patch itself is the order.
  const named = patch.filter((item) => !(isObject(item) && item.$patch !== undefined));
  return live.length === 0 ? merged : inElementOrder(merged, live, named, key);
}

function mergeSets(target: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const result: unknown[] = [];
  for (const item of [...target, ...patch]) if (!result.some((one) => equal(one, item))) result.push(item);
  return result;
}

function mergeItems(target: readonly unknown[], patch: readonly unknown[], key: string, type: MergeType): unknown[] {
  const replaces = patch.some((item) => isObject(item) && item.$patch === 'replace');
  if (replaces) return patch.filter((item) => !(isObject(item) && item.$patch === 'replace')).map(bare);
  let result = [...target];
  for (const item of patch) {
    if (!isObject(item)) throw unforeseen(`list element types are not identical: ${goText([target, patch])}`);
    if (item[key] === undefined) throw unforeseen(`map: ${goText(item)} does not contain declared merge key: ${key}`);
    const isMeant = (one: unknown) => isObject(one) && equal(one[key], item[key]);
    const at = result.findIndex(isMeant);
    if (item.$patch === 'delete') result = result.filter((one) => !isMeant(one));
    else if (item.$patch !== undefined && item.$patch !== 'merge') throw unknownDirective(item);
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

function unknownDirective(patch: Json): StatusError {
  return unforeseen(`unknown patch type: ${String(patch.$patch)} in map: ${goText(patch)}`);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
