import type { Counted, CountedFigure } from '../../../systems/stand-in-figure.ts';
import { parseExposition } from './exposition.ts';
import type { PodMetricsText } from './scrape-service.ts';

/**
 * A figure from what pods have counted between two moments, as Prometheus would make it with `increase`: a counter that became
 * smaller began anew, and a pod that is new began at nothing. Null where nothing was counted.
 */
export function countedFigure(
  figure: CountedFigure,
  before: readonly PodMetricsText[],
  after: readonly PodMetricsText[],
): number | null {
  const { times = 1 } = figure;
  const value = 'quantile' in figure ? quantileOf(figure, before, after) : shareOf(figure, before, after);
  return value === null ? null : value * times;
}

type Share = Extract<CountedFigure, { share: unknown }>;
type Quantile = Extract<CountedFigure, { quantile: number }>;

function shareOf({ share, of }: Share, before: readonly PodMetricsText[], after: readonly PodMetricsText[]) {
  const sum = (all: readonly Counted[]) =>
    all.flatMap((one) => increases(one, one.metric, before, after)).reduce((total, { by }) => total + by, 0);
  const whole = sum(of);
  return whole > 0 ? sum(share) / whole : null;
}

function quantileOf({ quantile, of }: Quantile, before: readonly PodMetricsText[], after: readonly PodMetricsText[]) {
  const buckets = new Map<number, number>();
  for (const { labels, by } of increases(of, `${of.metric}_bucket`, before, after)) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + by);
  }
  return histogramQuantile(quantile, buckets);
}

/** PromQL's `histogram_quantile`: linear inside a bucket, the last finite bound for what lies above all of them. */
export function histogramQuantile(quantile: number, buckets: ReadonlyMap<number, number>): number | null {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = quantile * total;
  const index = sorted.findIndex(([, count]) => count >= rank);
  const [bound = 0, count = 0] = sorted[index] ?? [];
  const [lower = 0, below = 0] = sorted[index - 1] ?? [];
  if (!Number.isFinite(bound)) return sorted.length > 1 ? lower : null;
  return count === below ? bound : lower + ((bound - lower) * (rank - below)) / (count - below);
}

/** How much more was counted between two moments, series by series. */
export function increases(
  { matching = {}, not = {} }: Counted,
  metric: string,
  before: readonly PodMetricsText[],
  after: readonly PodMetricsText[],
): { labels: Record<string, string>; by: number }[] {
  const fits = (labels: Record<string, string>) =>
    Object.entries(matching).every(([name, pattern]) => whole(pattern).test(labels[name] ?? '')) &&
    !Object.entries(not).some(([name, pattern]) => whole(pattern).test(labels[name] ?? ''));
  return after.flatMap(({ pod, text }) => {
    const earlier = before.find((one) => one.pod === pod)?.text ?? '';
    const old = new Map(parseExposition(earlier, metric).map(({ labels, value }) => [JSON.stringify(labels), value]));
    return parseExposition(text, metric)
      .filter(({ labels }) => fits(labels))
      .map(({ labels, value }) => {
        const start = old.get(JSON.stringify(labels)) ?? 0;
        return { labels, by: value < start ? value : value - start };
      });
  });
}

/** As PromQL's `=~`: the whole value, not a part of it. */
function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}
