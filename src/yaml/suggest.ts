/**
 * The candidate that somebody most likely meant: the nearest by edit distance, if it is near enough for the length of the
 * word. Case and `-`/`_` do not count.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = folded(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, folded(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `did you mean …?`, or what there is, or nothing when there is nothing. */
export function suggestion(word: string, candidates: readonly string[], what = 'known'): string | undefined {
  const near = suggest(word, candidates) ?? candidates.find((candidate) => candidate.endsWith(`/${word}`));
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (candidates.length === 0) return undefined;
  const shown = candidates.slice(0, 12).map((name) => `\`${name}\``);
  return `${what}: ${shown.join(', ')}${candidates.length > shown.length ? ', …' : ''}`;
}

function folded(text: string): string {
  return text.toLowerCase().replace(/[-_ ]/g, '');
}

// Swapped neighbours are the commonest slip of the fingers, so that they win where candidates are equally far.
const swap = 0.9;

/** Optimal string alignment distance. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1];
      const edits = [(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1)];
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        edits.push((beforeLast[j - 2] ?? 0) + swap);
      row.push(Math.min(...edits));
    }
    [beforeLast, last] = [last, row];
  }
  return last[to.length] ?? 0;
}
