/** The text with these lines in it: a line that is missing comes to the end. Blanks at a line's end do not count. */
export function withLines(text: string, lines: readonly string[]): string {
  const there = new Set(text.split('\n').map((line) => line.trimEnd()));
  const missing = lines.filter((line, index) => !there.has(line.trimEnd()) && lines.indexOf(line) === index);
  if (missing.length === 0) return text;
  return `${ended(text)}${missing.join('\n')}\n`;
}

/** The text without these lines. */
export function withoutLines(text: string, lines: readonly string[]): string {
  const going = new Set(lines.map((line) => line.trimEnd()));
  const kept = text.split('\n').filter((line) => !going.has(line.trimEnd()));
  return kept.join('\n');
}

export interface BlockMarks {
  begin: string;
  end: string;
}

/** The lines that stand around a block of ours. */
export function blockMarks(name: string, comment: string): BlockMarks {
  return { begin: `${comment} BEGIN tars-console ${name}`, end: `${comment} END tars-console ${name}` };
}

/** The text with the block in it: in the place of the one that is there, else at the end. */
export function withBlock(text: string, block: string, marks: BlockMarks): string {
  const inner = block.replace(/\n+$/, '').split('\n');
  const lines = [marks.begin, ...inner, marks.end];
  const place = blockIn(text, marks);
  if (!place) return `${ended(text)}${lines.join('\n')}\n`;
  const all = text.split('\n');
  return [...all.slice(0, place.from), ...lines, ...all.slice(place.to)].join('\n');
}

/** The text without the block and its marks. */
export function withoutBlock(text: string, marks: BlockMarks): string {
  const place = blockIn(text, marks);
  if (!place) return text;
  const all = text.split('\n');
  return [...all.slice(0, place.from), ...all.slice(place.to)].join('\n');
}

/** Line numbers from the first mark to behind the last. Without an end only the mark itself counts: what follows is not ours. */
function blockIn(text: string, { begin, end }: BlockMarks): { from: number; to: number } | undefined {
  const all = text.split('\n').map((line) => line.trimEnd());
  const from = all.indexOf(begin);
  if (from === -1) return undefined;
  const last = all.indexOf(end, from);
  return { from, to: last === -1 ? from + 1 : last + 1 };
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
