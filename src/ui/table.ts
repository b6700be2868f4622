import { fitTo, textWidth } from './text.ts';
import type { Style, Theme } from './theme.ts';

export interface Column {
  title: string;
  /** Columns on the screen; `auto` takes what the drawn rows need. */
  width?: number | 'auto';
  /** Shares the room that is left, by this weight; counts instead of `width`. */
  flex?: number;
  align?: 'left' | 'right';
  /** Of a flexible column; 4 unless said. */
  minWidth?: number;
  /** The highest number is dropped first where there is no room; columns without one stay. */
  priority?: number;
}

/** One field; its text is without styles, which come on after it was fitted. */
export type Cell = string | { text: string; style?: Style | undefined };

export interface TableOptions {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  width: number;
  /** Lines in all, the title line included. */
  height: number;
  /** Index of the first row that is drawn. */
  offset?: number;
  /** Index into `rows`: drawn with a pointer. Undefined where nothing can be chosen (no room is kept for the pointer). */
  selected?: number | undefined;
  /** Whether the table's pane has the focus. */
  focused?: boolean;
  header?: boolean;
  theme: Theme;
}

/** Spaces between columns; one where two leave no room for all columns. */
const gaps = [2, 1] as const;

/** A table as at most `height` lines of `width` columns each: title line, then the rows from `offset`. */
export function tableLines(options: TableOptions): string[] {
  const { rows, height, offset = 0, selected, theme, header = true } = options;
  const gutter = selected === undefined ? 0 : 2;
  const shown = rows.slice(offset, offset + Math.max(0, height - (header ? 1 : 0)));
  const { placed: columns, gap } = arrange(options.columns, shown, options.width - gutter);
  const lines = shown.map((row, index) => {
    const chosen = offset + index === selected;
    const pointer = gutter === 0 ? '' : chosen ? `${theme.symbols.pointer} ` : '  ';
    return rowLine(row, columns, pointer, chosen ? chosenStyle(options) : undefined, theme, gap);
  });
  if (header && height > 0) {
    const titles = columns.map(({ column, width }) => fitTo(column.title, width, column.align, theme.symbols.ellipsis));
    lines.unshift(theme.dim((' '.repeat(gutter) + titles.join(' '.repeat(gap))).trimEnd()));
  }
  return lines.slice(0, Math.max(0, height));
}

/** The first row to draw so that `selected` is in sight, moving as little as possible from `offset`. */
export function scrollTo(selected: number, offset: number, visible: number, total: number): number {
  const last = Math.max(0, total - visible);
  if (selected < offset) return Math.max(0, selected);
  if (selected >= offset + visible) return Math.min(last, selected - visible + 1);
  return Math.min(offset, last);
}

function chosenStyle({ theme, focused = true }: TableOptions): Style {
  return focused ? theme.selected : theme.selectedIdle;
}

function rowLine(
  row: readonly Cell[],
  columns: Placed[],
  pointer: string,
  style: Style | undefined,
  theme: Theme,
  gap: number,
): string {
  const cells = columns.map(({ column, width, index }) => {
    const cell = row[index] ?? '';
    const text = fitTo(typeof cell === 'string' ? cell : cell.text, width, column.align, theme.symbols.ellipsis);
    const own = typeof cell === 'string' ? undefined : cell.style;
    // A chosen row keeps the meaning of its cells; only those without a style of their own take the row's.
    return own ? own(text) : style ? style(text) : text;
  });
  return ((style ? style(pointer) : pointer) + cells.join(' '.repeat(gap))).trimEnd();
}

interface Placed {
  column: Column;
  width: number;
  index: number;
}

function arrange(
  all: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): { placed: Placed[]; gap: number } {
  let placed = all.map((column, index): Placed => ({ column, index, width: leastWidth(column, index, rows) }));
  const used = (gap: number) =>
    placed.reduce((sum, { width: own }) => sum + own, 0) + gap * Math.max(0, placed.length - 1);
  const gapThatFits = () => gaps.find((gap) => used(gap) <= width);
  while (gapThatFits() === undefined) {
    const lowest = placed.reduce<Placed | undefined>(
      (worst, next) => ((next.column.priority ?? 0) > (worst?.column.priority ?? 0) ? next : worst),
      undefined,
    );
    if (!lowest) break;
    placed = placed.filter((one) => one !== lowest);
  }
  const gap = gapThatFits() ?? 1;
  shareOut(placed, width - used(gap));
  shrink(placed, used(gap) - width);
  return { placed: placed.filter(({ width: own }) => own > 0), gap };
}

function leastWidth(column: Column, index: number, rows: readonly (readonly Cell[])[]): number {
  if (column.flex) return column.minWidth ?? 4;
  if (typeof column.width === 'number') return column.width;
  let widest = textWidth(column.title);
  for (const row of rows) {
    const cell = row[index] ?? '';
    widest = Math.max(widest, textWidth(typeof cell === 'string' ? cell : cell.text));
  }
  return Math.max(widest, column.minWidth ?? 0);
}

function shareOut(placed: Placed[], free: number): void {
  const flexible = placed.filter(({ column }) => column.flex);
  const weights = flexible.reduce((sum, { column }) => sum + (column.flex ?? 0), 0);
  let left = Math.max(0, free);
  for (const [index, one] of flexible.entries()) {
    const share =
      index === flexible.length - 1 ? left : Math.floor((Math.max(0, free) * (one.column.flex ?? 0)) / weights);
    one.width += share;
    left -= share;
  }
}

/** What still does not fit is taken from the widest columns. */
function shrink(placed: Placed[], tooMuch: number): void {
  let left = tooMuch;
  while (left > 0) {
    const widest = placed.reduce((most, next) => (next.width > most.width ? next : most), placed[0] as Placed);
    if (!widest || widest.width <= 1) return;
    widest.width -= 1;
    left -= 1;
  }
}
