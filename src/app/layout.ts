/** A part of the screen, in columns and lines from 0. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const paneNames = ['menu', 'run', 'pods', 'autoscalers', 'latency'] as const;
export type PaneName = (typeof paneNames)[number];

export interface PlacedPane extends Rectangle {
  /** Shares its top line with the pane above. */
  joined: boolean;
  /** Has no bottom line of its own: the pane below draws it. */
  open: boolean;
}

export type Layout =
  | { kind: 'too-small' }
  | {
      /** `wide` shows all panes, `stacked` one of each side, `single` the one that has the focus. */
      kind: 'wide' | 'stacked' | 'single';
      header: Rectangle;
      body: Rectangle;
      footer: Rectangle;
      panes: Partial<Record<PaneName, PlacedPane>>;
    };

export interface LayoutWishes {
  /** Lines that the whole menu would take. */
  menuRows: number;
  /** Lines that the run needs to say how it stands. */
  runRows: number;
  /** Whether there is a run to show. */
  run: boolean;
  /** Which of the left panes comes first where there is room for one only. */
  left: 'menu' | 'run';
  right: 'pods' | 'autoscalers' | 'latency';
  /** The pane that must be in sight. */
  focus: PaneName;
  /** Where not all panes have room, the one with the focus has all of it. */
  alone: boolean;
}

/** Columns of the pods with all that is told of each, their borders included. */
const tablesWidth = 86;

export const smallest = { columns: 60, rows: 15 };

/** Where everything stands on a screen of this size. Pure; its property test holds that nothing overlaps or sticks out. */
export function layout(columns: number, rows: number, wishes: LayoutWishes): Layout {
  if (columns < smallest.columns || rows < smallest.rows) return { kind: 'too-small' };
  const header = { x: 0, y: 0, width: columns, height: 1 };
  const footer = { x: 0, y: rows - 1, width: columns, height: 1 };
  const body = { x: 0, y: 1, width: columns, height: rows - 2 };
  if (columns >= 100 && rows >= 26) return { kind: 'wide', header, body, footer, panes: wide(body, wishes) };
  if (body.height >= 18 && !wishes.alone)
    return { kind: 'stacked', header, body, footer, panes: stacked(body, wishes) };
  return { kind: 'single', header, body, footer, panes: { [wishes.focus]: { ...body, joined: false, open: false } } };
}

/** The right side gets what its tables need; titles of steps and items get the rest. */
export function leftWidthOf(columns: number): number {
  return Math.max(36, Math.min(60, columns - tablesWidth));
}

function wide(body: Rectangle, wishes: LayoutWishes): Partial<Record<PaneName, PlacedPane>> {
  const leftWidth = leftWidthOf(body.width);
  const left = { ...body, width: leftWidth };
  const right = { ...body, x: body.x + leftWidth, width: body.width - leftWidth };
  const latency = Math.max(9, Math.round(right.height * 0.36));
  const autoscalers = Math.max(4, Math.min(6, Math.round(right.height * 0.14)));
  const pods = right.height - latency - autoscalers;
  const rightPanes = column(right, [
    ['pods', pods],
    ['autoscalers', autoscalers],
    ['latency', latency],
  ]);
  if (!wishes.run) return { ...column(left, [['menu', left.height]]), ...rightPanes };
  // At its end a run says a lot; the menu makes room for it then, and not before.
  const most = Math.min(Math.floor(left.height * 0.42), left.height - wishes.runRows - 2);
  const menu = Math.max(5, Math.min(wishes.menuRows + 1, most));
  const leftPanes = column(left, [
    ['menu', menu],
    ['run', left.height - menu],
  ]);
  return { ...leftPanes, ...rightPanes };
}

function stacked(body: Rectangle, wishes: LayoutWishes): Partial<Record<PaneName, PlacedPane>> {
  const least = 8;
  const wanted = wishes.left === 'menu' ? Math.max(least, wishes.menuRows + 1) : Math.ceil(body.height * 0.55);
  const upper = Math.min(body.height - least, wanted);
  return column(body, [
    [wishes.left, upper],
    [wishes.right, body.height - upper],
  ]);
}

function column(area: Rectangle, heights: [PaneName, number][]): Partial<Record<PaneName, PlacedPane>> {
  const panes: Partial<Record<PaneName, PlacedPane>> = {};
  let y = area.y;
  for (const [index, [name, height]] of heights.entries()) {
    panes[name] = { x: area.x, y, width: area.width, height, joined: index > 0, open: index < heights.length - 1 };
    y += height;
  }
  return panes;
}
