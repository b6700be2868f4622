import { pad, textWidth, truncate } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import type { DialogLook } from '../look.ts';

export interface Dialog {
  title: string;
  tone: 'borderFocused' | 'warn' | 'bad';
  lines: string[];
  /** Stays in sight below lines that are scrolled. */
  foot?: string[];
  /** The first line that is shown, where not all have room. */
  scroll?: number;
}

/** The lines of a box with its title in the top line, at most `height` of them, and how many of its own it had to show. */
export function dialogBox(
  dialog: Dialog,
  width: number,
  height: number,
  theme: Theme,
): { lines: string[]; look: DialogLook } {
  const { border } = theme;
  const line = theme[dialog.tone];
  const name = ` ${truncate(dialog.title, width - 6, theme.symbols.ellipsis)} `;
  const top =
    line(border.topLeft) +
    theme.strong(line(name)) +
    line(border.horizontal.repeat(Math.max(0, width - 2 - textWidth(name))) + border.topRight);
  const bottom = line(border.bottomLeft + border.horizontal.repeat(width - 2) + border.bottomRight);
  const { shown, look } = dialog.foot
    ? scrolledLines(dialog, dialog.foot, height - 2, theme)
    : cutLines(dialog, height - 2, theme);
  const inside = shown.map((text) => `${line(border.vertical)} ${pad(text, width - 4)} ${line(border.vertical)}`);
  return { lines: [top, ...inside, bottom], look };
}

interface Shown {
  shown: string[];
  look: DialogLook;
}

/** The end of a message is what to do: where not all fits, the middle goes. */
function cutLines({ lines }: Dialog, room: number, theme: Theme): Shown {
  const look = { lines: lines.length, height: lines.length };
  if (lines.length <= room) return { shown: lines, look };
  const begin = lines.slice(0, Math.ceil(room / 2) - 1);
  const end = lines.slice(lines.length - Math.floor(room / 2));
  return { shown: [...begin, theme.dim(theme.symbols.ellipsis), ...end], look };
}

/** Nothing is left out: what has no room is read by scrolling, and a line says how much there is. */
function scrolledLines({ lines, scroll = 0 }: Dialog, foot: readonly string[], room: number, theme: Theme): Shown {
  const all = room - foot.length;
  if (lines.length <= all) return { shown: [...lines, ...foot], look: { lines: lines.length, height: lines.length } };
  const height = Math.max(1, all - 1);
  const from = Math.max(0, Math.min(scroll, lines.length - height));
  const end = from + height;
  const more = end < lines.length ? 'PgDn reads on' : 'PgUp goes back';
  const where = theme.warn(`lines ${from + 1}-${end} of ${lines.length}; ${more}`);
  return { shown: [...lines.slice(from, end), where, ...foot], look: { lines: lines.length, height } };
}
