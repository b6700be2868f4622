import type { LoadSample } from '../../load/sample.ts';
import { type ChartOptions, chartSvg } from './chart-svg.ts';
import { html, type Markup } from './html-text.ts';
import type { ReportLoad } from './report.ts';

/** More points than this say no more on a chart of this width. */
const mostPoints = 600;

/** Latency over time with what it may be, and requests over time beside what was wanted. */
export function loadCharts(load: ReportLoad): Markup[] {
  const samples = thinned(load.samples);
  if (samples.length < 2) return [];
  const rampUntil = load.samples.findLast(({ phase }) => phase === 'ramp')?.t;
  const latency: ChartOptions = {
    title: 'Response time',
    description: descriptionOf(load),
    rampUntil,
    targets: latencyTargets(load),
    series: (['p50', 'p95', 'p99'] as const).map((quantile) => ({
      name: quantile.toUpperCase(),
      look: quantile,
      points: samples.map(({ t, recent, latency: own }) => [t, (recent ?? own)?.[quantile]] as const),
    })),
  };
  const closed = load.result?.loop === 'closed';
  const rate: ChartOptions = {
    title: closed ? 'Requests and users' : 'Requests',
    description: `Answers a second over time, beside the ${closed ? 'users' : 'rate'} that the scenario wanted, and errors.`,
    rampUntil,
    series: [
      {
        name: closed ? 'users' : 'wanted',
        look: 'wanted',
        points: samples.map(({ t, target, phase }) => [t, phase === 'drain' ? undefined : target] as const),
      },
      { name: 'answers', look: 'p95', points: overTime(samples, ({ done }) => done) },
      ...(samples.some(({ errors }) => errors > 0)
        ? [{ name: 'errors', look: 'errors', points: overTime(samples, ({ errors }) => errors) }]
        : []),
    ],
  };
  const units = new Map([[latency, 'in milliseconds']]);
  const charts = [latency, rate];
  if (samples.some(({ replicas }) => replicas !== undefined)) {
    const replicas = replicasChart(samples, rampUntil);
    units.set(replicas, 'that stood ready');
    charts.push(replicas);
  }
  return charts.map(
    (chart) =>
      html`<figure>${chartSvg(chart)}<figcaption>${chart.title} over time, ${units.get(chart) ?? 'in requests a second'}</figcaption></figure>`,
  );
}

/** What stood behind the load, on the same seconds: whether an autoscaler helped is seen by looking up. */
function replicasChart(samples: readonly LoadSample[], rampUntil: number | undefined): ChartOptions {
  const known = samples.flatMap(({ replicas }) => replicas ?? []);
  // A step stays a step: before it changes, the old number counts to the very moment.
  const points = samples.flatMap(({ t, replicas }, index): [number, number | undefined][] => {
    const before = samples[index - 1]?.replicas;
    return before !== undefined && replicas !== undefined && before !== replicas
      ? [
          [t, before],
          [t, replicas],
        ]
      : [[t, replicas]];
  });
  return {
    title: 'Pods',
    description: `Pods that stood ready behind what was loaded: from ${Math.min(...known)} to ${Math.max(...known)}.`,
    rampUntil,
    series: [{ name: 'pods', look: 'p50', points }],
  };
}

/** A count of intervals as a rate, over about two seconds: a quarter of a second alone only jumps. */
function overTime(samples: readonly LoadSample[], count: (sample: LoadSample) => number): [number, number][] {
  return samples.flatMap((sample, index): [number, number][] => {
    const from = Math.max(
      0,
      samples.findIndex(({ t }) => t >= sample.t - 2),
    );
    const before = samples[from - 1]?.t ?? 0;
    const seconds = sample.t - before;
    const counted = samples.slice(from, index + 1).reduce((sum, one) => sum + count(one), 0);
    return seconds > 0 ? [[sample.t, counted / seconds]] : [];
  });
}

// Neighbours are counted together: nothing is lost of what was done.
function thinned(samples: readonly LoadSample[]): LoadSample[] {
  const every = Math.ceil(samples.length / mostPoints);
  if (every <= 1) return [...samples];
  return samples.flatMap((sample, index) => {
    if (index % every !== every - 1) return [];
    const group = samples.slice(index - every + 1, index + 1);
    const sum = (count: (one: LoadSample) => number) => group.reduce((all, one) => all + count(one), 0);
    return [{ ...sample, done: sum(({ done }) => done), errors: sum(({ errors }) => errors) }];
  });
}

/** What the thresholds say of quantiles, e.g. `metrics.p95 <= 250`. */
function latencyTargets({ result }: ReportLoad): { name: string; value: number }[] {
  return (result?.thresholds ?? []).flatMap(({ expect }) => {
    const [, quantile, value] = /^metrics\.(p50|p95|p99)\s*<=?\s*(\d+(?:\.\d+)?)$/.exec(expect.trim()) ?? [];
    return quantile === undefined
      ? []
      : [{ name: `${quantile.toUpperCase()} ≤ ${Number(value)}`, value: Number(value) }];
  });
}

function descriptionOf({ result }: ReportLoad): string {
  if (!result) return 'P50, P95 and P99 over time.';
  const { p50, p95, p99 } = result.sustained.response;
  return `P50, P95 and P99 over time; in the sustained phase ${Math.round(p50)}, ${Math.round(p95)} and ${Math.round(p99)} ms.`;
}
