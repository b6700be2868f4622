/**
 * A word for a POSIX shell (sh, dash, bash, zsh, ksh): whatever stands in it reaches the program as it is. Always quoted, as `A=b`
 * or `~x` mean something else at some places. Throws `RangeError` for a NUL, which no argument can hold.
 */
export function quoteWord(text: string): string {
  if (text.includes('\0')) throw new RangeError('an argument cannot hold a NUL character');
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line of these words. */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}
