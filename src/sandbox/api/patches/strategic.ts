import { badRequest } from '../errors.ts';
import { equal, isObject, type Json } from '../json.ts';
import { itemKey, type ListRule, type ListRules } from './list-rules.ts';

const directives = ['$patch', '$retainKeys'];

/**
 * A strategic merge patch (`apimachinery/pkg/util/strategicpatch/patch.go`): lists with keys are merged item by item;
 * `$patch: delete|replace|merge`, `$retainKeys`, `$deleteFromPrimitiveList` and `$setElementOrder` do what they say.
 */
export function applyStrategicMerge(target: unknown, patch: Json, rules: ListRules): Json {
  return mergeObjects(isObject(target) ? target : {}, patch, [], rules);
}

function mergeObjects(target: Json, patch: Json, path: readonly string[], rules: ListRules): Json {
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  if (patch.$patch !== undefined && patch.$patch !== 'merge')
    throw badRequest(`Unknown patch type: ${String(patch.$patch)}`);
  let result: Json = { ...target };
  const retained = patch.$retainKeys;
  if (Array.isArray(retained))
    result = Object.fromEntries(Object.entries(result).filter(([field]) => retained.includes(field)));
  for (const [field, value] of Object.entries(patch)) {
    if (directives.includes(field)) continue;
    if (field.startsWith('$setElementOrder/')) continue;
    if (field.startsWith('$deleteFromPrimitiveList/')) {
      const name = field.slice(field.indexOf('/') + 1);
      const gone = Array.isArray(value) ? value : [];
      const kept = listOf(result[name]).filter((item) => !gone.some((one) => equal(one, item)));
      result[name] = kept;
      continue;
    }
    if (value === null) delete result[field];
    else result[field] = mergeValues(result[field], value, [...path, field], rules);
  }
  for (const [field, order] of Object.entries(patch)) {
    const name = field.startsWith('$setElementOrder/') ? field.slice(field.indexOf('/') + 1) : '';
    if (name !== '' && Array.isArray(result[name]))
      result[name] = inOrder(listOf(result[name]), listOf(order), rules([...path, name]));
  }
  return result;
}

function mergeValues(target: unknown, patch: unknown, path: readonly string[], rules: ListRules): unknown {
  if (isObject(patch)) return mergeObjects(isObject(target) ? target : {}, patch, path, rules);
  if (!Array.isArray(patch)) return patch;
  const rule = rules(path);
  if (!rule) return patch;
  if (rule.type === 'set') return [...listOf(target), ...patch.filter((item) => !listOf(target).includes(item))];
  return mergeLists(listOf(target), patch, rule, path, rules);
}

function mergeLists(
  target: readonly unknown[],
  patch: readonly unknown[],
  rule: ListRule,
  path: readonly string[],
  rules: ListRules,
): unknown[] {
  const replaces = patch.some((item) => isObject(item) && item.$patch === 'replace');
  const result = replaces ? [] : [...target];
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`an item of ${path.join('.')} is not an object`);
    if (item.$patch === 'replace') continue;
    const at = placeOf(result, item, rule, path);
    if (item.$patch === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = mergeObjects(result[at] as Json, item, path, rules);
    else result.push(mergeObjects({}, item, path, rules));
  }
  return result;
}

/** Strategic merge knows one merge key, the rule's first; the others only tell apart what shares it. */
function placeOf(list: readonly unknown[], item: Json, rule: ListRule, path: readonly string[]): number {
  if (rule.type === 'set') return -1;
  const [mergeKey = ''] = rule.keys;
  if (item[mergeKey] === undefined)
    throw badRequest(`map: ${path.join('.')} does not contain declared merge key: ${mergeKey}`);
  const exact = list.findIndex((one) => itemKey(one, rule) === itemKey(item, rule));
  if (exact >= 0 || rule.keys.some((key) => key !== mergeKey && item[key] !== undefined)) return exact;
  return list.findIndex((one) => isObject(one) && equal(one[mergeKey], item[mergeKey]));
}

function inOrder(list: readonly unknown[], order: readonly unknown[], rule: ListRule | undefined): unknown[] {
  const keyOf = (item: unknown) =>
    rule?.type === 'map' && isObject(item) ? JSON.stringify(item[rule.keys[0] ?? '']) : JSON.stringify(item);
  const wanted = order.map(keyOf);
  const rank = (item: unknown) => wanted.indexOf(keyOf(item));
  const known = list.filter((item) => rank(item) >= 0).sort((left, right) => rank(left) - rank(right));
  return [...known, ...list.filter((item) => rank(item) < 0)];
}

function withoutDirectives(patch: Json): Json {
  return Object.fromEntries(Object.entries(patch).filter(([field]) => !directives.includes(field)));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
