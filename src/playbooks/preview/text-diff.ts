export interface DiffLine {
  sign: '+' | '-' | ' ';
  text: string;
}

/** Longer texts are told as a whole: the table of their common lines would be too large. */
const longest = 1000;

/**
 * The lines in which two texts differ, each with a line of what surrounds it: by their longest common subsequence. A gap is a
 * line that says only `…`.
 */
export function changedLines(before: string, after: string, around = 1): DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const all = old.length > longest || now.length > longest ? replaced(old, now) : common(old, now);
  const near = all.map((_, index) =>
    all.slice(Math.max(0, index - around), index + around + 1).some(({ sign }) => sign !== ' '),
  );
  return all.flatMap((line, index): DiffLine[] => {
    if (near[index]) return [line];
    return near[index - 1] ? [{ sign: ' ', text: '…' }] : [];
  });
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function replaced(old: string[], now: string[]): DiffLine[] {
  return [...old.map((text) => ({ sign: '-' as const, text })), ...now.map((text) => ({ sign: '+' as const, text }))];
}

function common(old: string[], now: string[]): DiffLine[] {
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1)
    for (let column = now.length - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        old[row] === now[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    const [left, right] = [old[row], now[column]];
    if (left !== undefined && left === right) {
      lines.push({ sign: ' ', text: left });
      row += 1;
      column += 1;
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ sign: '-', text: left });
      row += 1;
    } else {
      lines.push({ sign: '+', text: right ?? '' });
      column += 1;
    }
  }
  return lines;
}
