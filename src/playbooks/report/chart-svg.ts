import { html, type Markup } from './html-text.ts';

export interface ChartSeries {
  name: string;
  /** `p50`, `p95`, `p99`, `wanted`, `errors`: how it is drawn. */
  look: string;
  /** Undefined where there is no value: the line is broken there. */
  points: readonly (readonly [x: number, y: number | undefined])[];
}

export interface ChartOptions {
  title: string;
  /** The whole of it in a sentence, for whoever does not see it. */
  description: string;
  series: readonly ChartSeries[];
  /** Lines across, e.g. what P95 may be at most. */
  targets?: readonly { name: string; value: number }[];
  /** Seconds at which the ramp ends; it is shaded. */
  rampUntil?: number | undefined;
}

const size = { width: 760, height: 250, left: 56, right: 84, top: 14, bottom: 34 };

/** A chart over seconds as an SVG that needs nothing from elsewhere; its colours come from the report's style. */
export function chartSvg(options: ChartOptions): Markup {
  const { title, description, series, targets = [], rampUntil } = options;
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const last = Math.max(1, ...xs);
  const values = series.flatMap(({ points }) => points.flatMap(([, y]) => y ?? []));
  const ticks = ticksUpTo(Math.max(...values, ...targets.map(({ value }) => value), 1) * 1.05);
  const most = ticks.at(-1) ?? 1;
  const plot = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };
  const x = (second: number) => round(size.left + (second / last) * plot.width);
  const y = (value: number) => round(size.top + plot.height - (value / most) * plot.height);
  const labels = apart(
    [
      ...series.flatMap((one) => endOf(one, y)),
      ...targets.map(({ name, value }) => ({ look: 'target', name, at: y(value) })),
    ],
    size.top,
    size.top + plot.height,
  );
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${`${title}. ${description}`}">
<title>${title}</title>
${rampUntil !== undefined && rampUntil > 0 && html`<rect class="ramp" x="${size.left}" y="${size.top}" width="${round(x(Math.min(rampUntil, last)) - size.left)}" height="${plot.height}"/><text x="${size.left + 6}" y="${size.top + 14}">ramp</text>`}
${ticks.map((tick) => html`<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y(tick)}" y2="${y(tick)}"/><text x="${size.left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick.toLocaleString('en-US')}</text>`)}
${secondTicks(last).map((second) => html`<text x="${x(second)}" y="${size.height - 14}" text-anchor="middle">${second} s</text>`)}
${targets.map(({ value }) => html`<line class="target" x1="${size.left}" x2="${size.width - size.right}" y1="${y(value)}" y2="${y(value)}"/>`)}
${series.flatMap(({ look, points }) => partsOf(points).map((part) => html`<polyline class="series ${look}" points="${part.map(([a, b]) => `${x(a)},${y(b)}`).join(' ')}"/>`))}
${labels.map(({ look, name, at }) => html`<text class="${look}" x="${size.width - size.right + 8}" y="${round(at + 4)}">${name}</text>`)}
</svg>`;
}

/** Round numbers from zero to just above the greatest. */
function ticksUpTo(most: number): number[] {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => round(index * step));
}

function secondTicks(last: number): number[] {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((one) => last / one <= 8) ?? 7200;
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
}

/** Stretches without a gap. */
function partsOf(points: ChartSeries['points']): [number, number][][] {
  const parts: [number, number][][] = [[]];
  for (const [x, y] of points) {
    if (y === undefined) parts.push([]);
    else parts.at(-1)?.push([x, y]);
  }
  return parts.filter((part) => part.length > 0);
}

interface Label {
  look: string;
  name: string;
  at: number;
}

function endOf({ name, look, points }: ChartSeries, y: (value: number) => number): Label[] {
  const value = points.findLast((point) => point[1] !== undefined)?.[1];
  return value === undefined ? [] : [{ look, name, at: y(value) }];
}

/** Labels at the lines' ends, moved so far apart that each can be read. */
function apart(labels: Label[], top: number, bottom: number): Label[] {
  const sorted = labels.toSorted((a, b) => a.at - b.at);
  let free = top;
  const moved = sorted.map((label) => {
    const at = Math.max(label.at, free);
    free = at + 14;
    return { ...label, at };
  });
  const over = Math.max(0, free - 14 - bottom);
  return moved.map((label) => ({ ...label, at: label.at - over }));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
