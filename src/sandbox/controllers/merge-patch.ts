/**
 * The JSON merge patch (RFC 7386) that turns one object into another: only what differs, `null` for what goes away, lists as
 * a whole. Undefined when they are equal.
 */
export function mergePatchBetween(before: unknown, after: unknown): Record<string, unknown> | undefined {
  const from = isMap(before) ? before : {};
  const to = isMap(after) ? after : {};
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [old, now] = [from[key], to[key]];
    if (sameValue(old, now)) continue;
    if (now === undefined) patch[key] = null;
    else if (isMap(old) && isMap(now)) patch[key] = mergePatchBetween(old, now);
    else patch[key] = now;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, index) => sameValue(item, right[index]));
  if (!isMap(left) || !isMap(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameValue(left[key], right[key]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
