/** Whether a key fits a pattern of `SCAN` and `KEYS`: `*`, `?`, `[ab]` and `\\` as Redis reads them. */
export function fits(pattern: string, key: string): boolean {
  const source = pattern.replace(/\\.|\[[^\]]*\]|[*?.+^${}()|\\]/g, (sign) => {
    if (sign === '*') return '[^]*';
    if (sign === '?') return '[^]';
    return sign.startsWith('[') || (sign.startsWith('\\') && sign.length > 1) ? sign : `\\${sign}`;
  });
  try {
    return new RegExp(`^${source}$`).test(key);
  } catch {
    return false;
  }
}
