import type { FieldChange } from '../../step-preview.ts';

/** More lines than this in the part that differs are told as a whole. */
const mostLines = 400;

/** What differs between two texts, line by line; a line's place is its number in the text that it stands in. */
export function lineChanges(before: string, after: string): FieldChange[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const gone = old.slice(start, old.length - end);
  const come = now.slice(start, now.length - end);
  if (gone.length > mostLines || come.length > mostLines)
    return [
      {
        path: `lines ${start + 1} to ${start + Math.max(gone.length, come.length)}`,
        before: `${gone.length} lines`,
        after: `${come.length} lines`,
      },
    ];
  const kept = commonLines(gone, come);
  const removed = gone.flatMap((line, index) =>
    kept.old.has(index) ? [] : [{ path: `line ${start + index + 1}`, before: line }],
  );
  const added = come.flatMap((line, index) =>
    kept.now.has(index) ? [] : [{ path: `line ${start + index + 1}`, after: line }],
  );
  return [...removed, ...added];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Places of a longest common subsequence. */
function commonLines(old: readonly string[], now: readonly string[]): { old: Set<number>; now: Set<number> } {
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const kept = { old: new Set<number>(), now: new Set<number>() };
  for (let i = 0, j = 0; i < old.length && j < now.length; ) {
    if (old[i] === now[j]) {
      kept.old.add(i++);
      kept.now.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return kept;
}
