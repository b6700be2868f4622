import stringWidth from 'string-width';

const widest = 110;

/** The lines around a place, numbered, with a mark below it. Control characters are made visible, long lines are cut. */
export function codeFrame(lines: readonly string[], line: number, column: number, length: number): string[] {
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 1);
  const digits = String(last).length;
  // A long line is shown from a little before the place.
  const from = column > widest - 20 ? column - 41 : 0;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const text = safe(lines[number - 1] ?? '');
    frame.push(
      `${number === line ? '>' : ' '} ${String(number).padStart(digits)} | ${text.slice(from, from + widest)}`.trimEnd(),
    );
    if (number !== line) continue;
    const before = ' '.repeat(stringWidth(text.slice(from, column - 1)));
    const marked = text.slice(column - 1, Math.min(column - 1 + length, from + widest));
    frame.push(`  ${' '.repeat(digits)} | ${before}${'^'.repeat(Math.max(1, stringWidth(marked.trimEnd())))}`);
  }
  return frame;
}

function safe(text: string): string {
  return text
    .replace(/\t/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
