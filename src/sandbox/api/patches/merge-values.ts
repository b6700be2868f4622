import { copy, isObject, type Json } from '../json.ts';
import { fieldType, isAtomicMap, itemsByPart, type MergeType } from '../managed/merge-type.ts';

/**
 * A configuration laid over a live value (`structured-merge-diff/typed/merge.go`): maps field by field, lists with keys item by item,
 * everything else as a whole. Nothing that was given is changed.
 */
export function mergeValues(live: unknown, applied: unknown, type: MergeType): unknown {
  if (Array.isArray(applied)) return mergeLists(Array.isArray(live) ? live : [], applied, type);
  if (!isObject(applied) || !isObject(live) || isAtomicMap(type)) return copy(applied);
  const result: Json = { ...live };
  for (const [name, value] of Object.entries(applied))
    if (value !== undefined) result[name] = mergeValues(live[name], value, fieldType(type, name));
  return result;
}

function mergeLists(live: readonly unknown[], applied: readonly unknown[], type: MergeType): unknown {
  const [old, fresh] = [itemsByPart(live, type), itemsByPart(applied, type)];
  if (!old || !fresh) return copy(applied);
  const merged = inSharedOrder([...old.keys()], [...fresh.keys()]);
  return merged.flatMap((part) => {
    const [before = [], [item] = []] = [old.get(part), fresh.get(part)];
    if (item === undefined) return before;
    return [before.length === 1 ? mergeValues(before[0], item, type?.items) : copy(item)];
  });
}

/**
 * The order of a merged list: the applied order holds for what both have; what only one side has keeps its place beside its
 * neighbours (`visitListItems`).
 */
function inSharedOrder(left: readonly string[], right: readonly string[]): string[] {
  const [inLeft, inRight] = [new Set(left), new Set(right)];
  const shared = right.filter((part) => inLeft.has(part));
  const merged = new Set<string>();
  const order: string[] = [];
  const take = (part: string | undefined) => {
    if (part === undefined) return;
    merged.add(part);
    order.push(part);
  };
  let next = shared.shift();
  for (let at = 0, to = 0; at < left.length || to < right.length; ) {
    const part = left[at];
    if (part !== undefined && to < right.length) {
      if (part === right[to]) {
        take(part);
        at += 1;
        to += 1;
        next = shared.shift();
        continue;
      }
      if (inRight.has(part) && next !== undefined && next !== part) {
        at += 1;
        continue;
      }
    }
    if (part !== undefined) {
      if (!inRight.has(part)) {
        take(part);
        at += 1;
        continue;
      }
      if (merged.has(part)) at += 1;
    }
    if (to < right.length) {
      take(right[to]);
      if (next === right[to]) next = shared.shift();
      to += 1;
    }
  }
  return order;
}
