import { plot } from 'asciichart';
import { pad, textWidth } from './text.ts';
import type { Style, Theme } from './theme.ts';

export interface ChartSeries {
  values: readonly (number | undefined)[];
  style?: Style | undefined;
}

export interface ChartOptions {
  /** Drawn in this order; a later one lies above an earlier one. Oldest value first. */
  series: readonly ChartSeries[];
  width: number;
  height: number;
  /** A dashed line with its name, e.g. 250 and `target`. */
  target?: { value: number; title: string } | undefined;
  format?: (value: number) => string;
  theme: Theme;
}

/**
 * Lines of an asciichart of exactly `height` lines and at most `width` columns: values are thinned to the width by
 * taking the highest of each bucket, because a peak must not get lost. Empty when there is no value.
 */
export function chartLines({ series, width, height, target, format = round, theme }: ChartOptions): string[] {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== undefined));
  if (known.length === 0 || height < 2 || width < 12) return [];
  const top = Math.max(...known, target?.value ?? 0);
  const bottom = Math.min(...known, target?.value ?? Number.POSITIVE_INFINITY, 0);
  const labelWidth = Math.max(textWidth(format(top)), textWidth(format(bottom)));
  const room = width - labelWidth - 3;
  const layers = series.map((one) => ({ style: one.style, values: thin(one.values, room) }));
  const grid = emptyGrid(height, labelWidth, { top, bottom, format, theme, width });
  const targetRow = target ? grid[rowOf(target.value, height, { top, bottom, theme })] : undefined;
  if (targetRow) drawDashes(targetRow, theme);
  for (const { values, style } of layers) overlay(grid, values, { top, bottom, style, labelWidth, theme });
  // The name lies over everything: a line with a hole says less than a name with one.
  if (targetRow && target && room > target.title.length + 12) drawTitle(targetRow, target.title, theme);
  return grid.map((row) => row.join('').trimEnd());
}

/** One line of block signs, `width` of them at most; the newest value stands at the right. */
export function sparkline(
  values: readonly number[],
  width: number,
  theme: Theme,
  max = Math.max(...values, 1),
): string {
  const { levels } = theme.symbols;
  return thin(values, width)
    .map(
      (value) =>
        levels[Math.max(0, Math.min(levels.length - 1, Math.round(((value ?? 0) / max) * (levels.length - 1))))] ?? ' ',
    )
    .join('');
}

/** At most `count` values: each the highest of its bucket. */
export function thin(values: readonly (number | undefined)[], count: number): (number | undefined)[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * values.length) / count);
    const bucket = values
      .slice(from, Math.floor(((index + 1) * values.length) / count))
      .filter((value) => value !== undefined);
    return bucket.length > 0 ? Math.max(...bucket) : undefined;
  });
}

interface Scale {
  top: number;
  bottom: number;
  theme: Theme;
}

function emptyGrid(
  height: number,
  labelWidth: number,
  scale: Scale & { format: (value: number) => string; width: number },
): string[][] {
  return Array.from({ length: height }, (_, row) => {
    const value = scale.top - ((scale.top - scale.bottom) * row) / (height - 1);
    const label = pad(scale.format(value), labelWidth, 'right');
    return [
      scale.theme.dim(` ${label}`),
      scale.theme.dim(scale.theme.chart[1] ?? '|'),
      ...Array(scale.width - labelWidth - 2).fill(' '),
    ];
  });
}

function rowOf(value: number, height: number, { top, bottom }: Scale): number {
  if (top === bottom) return height - 1;
  return Math.round(((top - value) / (top - bottom)) * (height - 1));
}

// A row begins with its label and the axis.
const plotFrom = 2;

function drawDashes(row: string[], theme: Theme): void {
  for (let column = plotFrom; column < row.length; column += 2) row[column] = theme.warn('-');
}

function drawTitle(row: string[], title: string, theme: Theme): void {
  for (const [index, sign] of [...` ${title} `].entries()) row[plotFrom + 3 + index] = theme.warn(sign);
}

function overlay(
  grid: string[][],
  values: readonly (number | undefined)[],
  options: Scale & { style: Style | undefined; labelWidth: number },
): void {
  const { top, bottom, theme, style = (text: string) => text } = options;
  // asciichart knows no gaps: every unbroken stretch is a plot of its own.
  for (const { start, stretch } of stretches(values)) {
    // It draws the ways between values, one fewer than there are: the last one is given twice.
    const drawn = plot([...stretch, stretch.at(-1) ?? 0], {
      height: grid.length - 1,
      min: top === bottom ? bottom - 1 : bottom,
      max: top,
      offset: 1,
      // Without a label it would leave its cell out, and the row would stand one column to the left.
      format: () => ' ',
      symbols: theme.chart,
    });
    for (const [index, line] of drawn.split('\n').entries()) {
      const row = grid[index];
      // The first sign is asciichart's own axis; ours, with its labels, stands in the grid already.
      for (const [column, sign] of [...line].slice(1).entries())
        if (row && sign !== ' ' && plotFrom + start + column < row.length) row[plotFrom + start + column] = style(sign);
    }
  }
}

function stretches(values: readonly (number | undefined)[]): { start: number; stretch: number[] }[] {
  const found: { start: number; stretch: number[] }[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    const last = found.at(-1);
    if (last && last.start + last.stretch.length === index) last.stretch.push(value);
    else found.push({ start: index, stretch: [value] });
  }
  return found;
}

function round(value: number): string {
  return String(Math.round(value));
}
