import { formatCoarseAge } from '../../base/duration.ts';
import { printableLine } from '../../base/printable.ts';
import { formatBytes, formatCpu } from '../../kubernetes/quantity.ts';
import { type Cell, type Column, scrollTo, tableLines } from '../../ui/table.ts';
import { textWidth } from '../../ui/text.ts';
import type { Style, Theme } from '../../ui/theme.ts';
import type { PodRow, Severity } from './pod-row.ts';

export interface PodsTableOptions {
  rows: readonly PodRow[];
  /** Key of the chosen row. */
  selected: string | undefined;
  /** First row that was drawn last time, so that the list moves as little as possible. */
  offset: number;
  width: number;
  height: number;
  focused: boolean;
  now: number;
  theme: Theme;
}

/** The pods as lines of at most `width` columns; only the rows in sight are looked at. */
export function podsTable(options: PodsTableOptions): { lines: string[]; offset: number } {
  const { rows, selected, width, height, theme, now } = options;
  const index = selected === undefined ? -1 : rows.findIndex((row) => row.key === selected);
  const visible = Math.max(1, height - 1);
  const offset = scrollTo(index === -1 ? options.offset : index, options.offset, visible, rows.length);
  const shown = rows.slice(offset, offset + visible);
  const lines = tableLines({
    columns: columnsFor(shown),
    rows: shown.map((row) => cellsOf(row, now, theme)),
    width,
    height,
    focused: options.focused,
    // Room for the pointer is kept, so that nothing moves when the pane gets the focus.
    selected: index === -1 ? -1 : index - offset,
    theme,
  });
  return { lines, offset };
}

// The first columns tell most: what is dropped first has the highest number.
function columnsFor(shown: readonly PodRow[]): Column[] {
  const longest = shown.reduce((most, row) => Math.max(most, textWidth(row.name)), 4);
  const columns: Column[] = [
    { title: '', width: 1 },
    { title: 'NAME', flex: 1, minWidth: Math.min(36, longest) },
    { title: 'READY', width: 'auto' },
    { title: 'STATUS', width: 'auto' },
    { title: 'RESTARTS', width: 'auto', align: 'right', priority: 4 },
    { title: 'CPU', width: 'auto', minWidth: 5, align: 'right', priority: 2 },
    { title: 'MEMORY', width: 'auto', minWidth: 6, align: 'right', priority: 3 },
    { title: 'NODE', width: 'auto', priority: 5 },
    { title: 'AGE', width: 'auto', minWidth: 4, align: 'right', priority: 1 },
  ];
  if (shown.some((row) => row.namespace !== '')) columns.push({ title: 'NAMESPACE', width: 'auto' });
  return columns;
}

function cellsOf(row: PodRow, now: number, theme: Theme): Cell[] {
  const { sign, style } = signOf(row.severity, theme);
  const cells: Cell[] = [
    { text: sign, style },
    printableLine(row.name),
    { text: `${row.ready}/${row.containers}`, style: row.severity === 'ok' ? undefined : style },
    { text: printableLine(row.status), style },
    { text: String(row.restarts), style: row.restarts > 0 ? theme.warn : theme.dim },
    row.cpu === undefined ? { text: '', style: theme.dim } : formatCpu(row.cpu),
    row.memory === undefined ? { text: '', style: theme.dim } : formatBytes(row.memory),
    { text: printableLine(row.node), style: theme.dim },
    { text: row.createdAt === undefined ? '' : formatCoarseAge(now - row.createdAt), style: theme.dim },
  ];
  if (row.namespace !== '') cells.push({ text: printableLine(row.namespace), style: theme.dim });
  return cells;
}

function signOf(severity: Severity, theme: Theme): { sign: string; style: Style } {
  const { symbols } = theme;
  switch (severity) {
    case 'bad':
      return { sign: symbols.bad, style: theme.bad };
    case 'warn':
      return { sign: symbols.warn, style: theme.warn };
    case 'waiting':
      return { sign: symbols.pending, style: theme.info };
    case 'ok':
      return { sign: symbols.dot, style: theme.ok };
    case 'done':
      return { sign: symbols.ok, style: theme.dim };
  }
}
