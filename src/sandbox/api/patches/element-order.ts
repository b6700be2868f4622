import { isObject } from '../json.ts';

/**
 * A merged list in the order that `$setElementOrder` asks for; what only the server had stays beside its neighbours
 * (`apimachinery/pkg/util/strategicpatch/patch.go normalizeElementOrder`).
 */
export function inElementOrder(
  merged: readonly unknown[],
  before: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const keyOf = (item: unknown) => JSON.stringify(mergeKey !== undefined && isObject(item) ? item[mergeKey] : item);
  const [wanted, served] = [order.map(keyOf), before.map(keyOf)];
  const rankIn = (keys: readonly string[]) => (item: unknown) => keys.indexOf(keyOf(item));
  const [rank, place] = [rankIn(wanted), rankIn(served)];
  const named = merged.filter((item) => rank(item) >= 0).sort((left, right) => rank(left) - rank(right));
  const others = merged.filter((item) => rank(item) < 0).sort((left, right) => place(left) - place(right));
  const result: unknown[] = [];
  for (let left = 0, right = 0; left < named.length || right < others.length; ) {
    const [one, other] = [named[left], others[right]];
    const behind = left >= named.length || (right < others.length && place(one) >= 0 && place(other) < place(one));
    result.push(behind ? other : one);
    if (behind) right += 1;
    else left += 1;
  }
  return result;
}
