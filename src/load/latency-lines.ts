import { chartLines, sparkline, thin } from '../ui/chart.ts';
import { fitTo, pad, textWidth, truncate, wrap } from '../ui/text.ts';
import type { Theme } from '../ui/theme.ts';
import { type LatencySeries, recentFigures } from './latency-series.ts';
import type { Quantiles } from './sample.ts';

export interface LatencyTarget {
  /** Milliseconds. */
  value: number;
  quantile: 'p50' | 'p95' | 'p99';
}

export interface LatencyView {
  series: LatencySeries;
  target: LatencyTarget | undefined;
  /** Epoch ms, to say how old the figures are; undefined once the load is over. */
  now: number | undefined;
  /** The figures of the whole sustained phase, once it is over; they then stand in the title instead of the last seconds'. */
  final?: Pick<Quantiles, 'p50' | 'p95' | 'p99'> | undefined;
  theme: Theme;
}

// `10 pods`: the labels of the chart are as wide, so that both have one time axis.
const labelWidth = 7;
const staleAfterMs = 3000;

/** `p50 142  p95 238 ✓  p99 456`, shorter where there is no room; empty when nothing was measured. */
export function quantileText(view: LatencyView, room: number): string {
  const { target, theme } = view;
  const figures = view.final ?? view.series.latest;
  if (!figures) return '';
  const judged = (name: LatencyTarget['quantile']) => {
    const text = `${name} ${milliseconds(figures[name])}`;
    if (target?.quantile !== name) return text;
    const met = figures[name] <= target.value;
    return met ? theme.ok(`${text} ${theme.symbols.ok}`) : theme.bad(`${text} ${theme.symbols.bad}`);
  };
  const main = target?.quantile ?? 'p95';
  const choices: LatencyTarget['quantile'][][] = [
    ['p50', 'p95', 'p99'],
    main === 'p99' ? ['p95', 'p99'] : [main, 'p99'],
    [main],
  ];
  for (const names of choices) {
    const text = names.map(judged).join('  ');
    if (textWidth(text) <= room) return text;
  }
  return '';
}

/** The body of the latency pane: exactly `height` lines of at most `width` columns. */
export function latencyLines(view: LatencyView, width: number, height: number, titleHolds: string): string[] {
  const { series, theme } = view;
  const filled = (lines: string[]) =>
    [...lines, ...Array(Math.max(0, height - lines.length)).fill('')].slice(0, height);
  if (series.buckets.length === 0)
    return filled(wrap(' The latency is drawn here while a load test runs.', width).map((line) => theme.dim(line)));
  const lines: string[] = [];
  const all = quantileText(view, width - 1);
  // What the title had no room for stands in the body.
  if (textWidth(titleHolds) < textWidth(all) && height >= 4) lines.push(` ${all}`);
  if (height >= 5) lines.push(statusLine(view, width));
  const replicas = height >= 4 ? replicasLine(view, width) : undefined;
  const chart = chartOf(view, width, height - lines.length - (replicas === undefined ? 0 : 1));
  return filled([...lines, ...chart, ...(replicas === undefined ? [] : [replicas])]);
}

function statusLine({ series, now, theme }: LatencyView, width: number): string {
  const recent = recentFigures(series);
  const t = Math.floor(series.buckets.at(-1)?.t ?? 0);
  const age = now !== undefined && series.at !== undefined ? now - series.at : 0;
  const running = now !== undefined;
  const words = [
    running ? `${series.phase ?? 'ramp'} ${t}s` : `over after ${t}s`,
    ...(recent && recent.seconds > 0 && running ? [`${Math.round(recent.done / recent.seconds)}/s`] : []),
    ...(recent && recent.done > 0 && running ? [`errors ${percent(recent.errors / recent.done)}`] : []),
    ...(recent && recent.cacheLookups > 0 && running
      ? [`cache ${percent(recent.cacheHits / recent.cacheLookups)}`]
      : []),
  ];
  if (age > staleAfterMs)
    return theme.warn(truncate(` no figures for ${coarseSeconds(age)}`, width, theme.symbols.ellipsis));
  let text = '';
  for (const word of words)
    if (textWidth(text) + textWidth(word) + 2 <= width) text += `${text === '' ? ' ' : '  '}${word}`;
  return theme.dim(text);
}

function chartOf({ series, target, theme }: LatencyView, width: number, height: number): string[] {
  const latencies = series.buckets.map((bucket) => bucket.latency);
  const p95s = latencies.flatMap((latency) => (latency ? [latency.p95] : []));
  // One slow request in a hundred must not press everything else flat.
  const ceiling = Math.max(...p95s, (target?.value ?? 0) * 1.6, 1);
  const line = (name: LatencyTarget['quantile']) =>
    latencies.map((latency) => (latency ? Math.min(ceiling, latency[name]) : undefined));
  return chartLines({
    // Drawn one above the other: P99 is always the highest line, P50 the lowest, with or without colours.
    series: [
      { values: line('p99'), style: theme.dim },
      { values: line('p50'), style: theme.secondary },
      { values: line('p95'), style: theme.accent },
    ],
    width,
    height,
    target: target && { value: target.value, title: `target ${target.quantile} ${milliseconds(target.value)}` },
    format: (value) => pad(milliseconds(value), labelWidth, 'right'),
    theme,
  });
}

function replicasLine({ series, theme }: LatencyView, width: number): string | undefined {
  const values = series.buckets.map((bucket) => bucket.replicas);
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  // The chart draws strokes between values, one fewer than there are.
  const columns = thin(values, Math.max(2, width - labelWidth - 3)).slice(values.length > 1 ? 1 : 0);
  const spark = sparkline(
    columns.map((value) => value ?? 0),
    columns.length,
    theme,
    Math.max(...known),
  );
  const last = known.at(-1) ?? 0;
  const label = fitTo(`${last} pod${last === 1 ? '' : 's'}`, labelWidth, 'right', theme.symbols.ellipsis);
  return `${theme.dim(` ${label}`)} ${theme.info(spark)}`;
}

function milliseconds(value: number): string {
  if (value >= 99_950) return `${Math.round(value / 1000)}s`;
  if (value >= 9995) return `${(value / 1000).toFixed(1)}s`;
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

function percent(ratio: number): string {
  const value = ratio * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}%`;
}

// Coarse, so that the screen is not painted anew each second for it.
function coarseSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${Math.floor(seconds / 5) * 5 || seconds}s`;
  return `${Math.floor(seconds / 60)}m`;
}
