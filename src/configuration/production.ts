/** A context by all that it can be known by. */
interface KnownContext {
  context: string;
  sandbox: boolean;
  none?: boolean | undefined;
  server?: string;
  /** Other contexts of the same server. */
  otherNames?: readonly string[] | undefined;
}

/**
 * Whether a context is one of those that the configuration calls production. A pattern fits the whole name: `*` stands for
 * any text, `?` for one character, case does not count. It may fit the server's address or its host as well, or another context
 * that leads to the same server: a new name for a cluster makes no other cluster of it. A sandbox never is, nor is no cluster.
 */
export function isProduction(
  { context, sandbox, none, server = '', otherNames = [] }: KnownContext,
  patterns: readonly string[],
): boolean {
  const { host = '', hostname = '' } = URL.canParse(server) ? new URL(server) : {};
  const names = [context, ...otherNames, ...[server, host, hostname].filter((name) => name !== '')];
  if (sandbox || none) return false;
  return patterns.some((pattern) => names.some((name) => fits(name.toLowerCase(), pattern.toLowerCase())));
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
