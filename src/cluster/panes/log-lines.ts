import { printableLine } from '../../base/printable.ts';
import { wrap } from '../../ui/text.ts';

/** The last lines of a log that fit, wrapped, newest last. */
export function lastLogLines(log: readonly string[], width: number, height: number): string[] {
  // From the end, so that a long log costs no more than what is in sight.
  const lines: string[] = [];
  for (let index = log.length - 1; index >= 0 && lines.length < height; index -= 1)
    lines.unshift(...wrap(printableLine(log[index] ?? ''), width));
  return height <= 0 ? [] : lines.slice(-height);
}
