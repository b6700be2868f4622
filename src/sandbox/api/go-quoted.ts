const named: Record<string, string> = { '07': '\\a', '0b': '\\v' };

/** Text as Go quotes it (`strconv.Quote`): like JSON, but for control characters. */
export function goQuoted(text: string): string {
  const quoted = JSON.stringify(text);
  if (!/\\u|\u007f/.test(quoted)) return quoted;
  return quoted
    .replace(/\\u00([01][0-9a-f])/g, (_, hex: string) => named[hex] ?? `\\x${hex}`)
    .replaceAll('\u007f', '\\x7f');
}
