/**
 * Whether a context is one of those that the configuration calls production. A pattern fits the whole name: `*` stands for
 * any text, `?` for one character, case does not count. A sandbox never is.
 */
export function isProduction(
  { context, sandbox }: { context: string; sandbox: boolean },
  patterns: readonly string[],
): boolean {
  return !sandbox && patterns.some((pattern) => fits(context.toLowerCase(), pattern.toLowerCase()));
}

// Not by a regular expression: many stars in one would take forever.
function fits(text: string, pattern: string): boolean {
  let [at, next, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next;
      mark = at;
      next += 1;
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === text[at])) {
      next += 1;
      at += 1;
    } else if (star !== -1) {
      next = star + 1;
      mark += 1;
      at = mark;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(next));
}
