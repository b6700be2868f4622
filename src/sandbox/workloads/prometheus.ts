/** Counters and histograms in Prometheus' text format, version 0.0.4. */
interface Counter {
  add(labels: Record<string, string>, value?: number): void;
  total(): number;
}

interface Histogram {
  /** Seconds. */
  observe(labels: Record<string, string>, value: number): void;
}

export interface MetricsRegistry {
  counter(name: string, help: string): Counter;
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** Read when the metrics are asked for. */
  gauge(name: string, help: string, read: () => number, type?: 'gauge' | 'counter'): void;
  render(): string;
}

const labelText = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`)
    .join(',');
const braces = (inner: string) => (inner ? `{${inner}}` : '');

export function createMetricsRegistry(): MetricsRegistry {
  const families: (() => string[])[] = [];
  const head = (name: string, help: string, type: string) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  return {
    counter(name, help) {
      const values = new Map<string, number>();
      families.push(() => [
        ...head(name, help, 'counter'),
        ...[...values].map(([labels, value]) => `${name}${braces(labels)} ${value}`),
      ]);
      return {
        add(labels, value = 1) {
          const key = labelText(labels);
          values.set(key, (values.get(key) ?? 0) + value);
        },
        total: () => [...values.values()].reduce((sum, value) => sum + value, 0),
      };
    },
    histogram(name, help, bounds) {
      const series = new Map<string, { counts: number[]; sum: number; count: number }>();
      families.push(() => [
        ...head(name, help, 'histogram'),
        ...[...series].flatMap(([labels, one]) => histogramLines(name, labels, bounds, one)),
      ]);
      return {
        observe(labels, value) {
          const key = labelText(labels);
          const one = series.get(key) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 };
          series.set(key, one);
          const bucket = bounds.findIndex((bound) => value <= bound);
          if (bucket >= 0) one.counts[bucket] = (one.counts[bucket] ?? 0) + 1;
          one.sum += value;
          one.count += 1;
        },
      };
    },
    gauge(name, help, read, type = 'gauge') {
      families.push(() => [...head(name, help, type), `${name} ${read()}`]);
    },
    render: () => `${families.flatMap((lines) => lines()).join('\n')}\n`,
  };
}

function histogramLines(
  name: string,
  labels: string,
  bounds: readonly number[],
  one: { counts: number[]; sum: number; count: number },
): string[] {
  const withBound = (bound: string) => braces(labels ? `${labels},le="${bound}"` : `le="${bound}"`);
  let cumulated = 0;
  const buckets = bounds.map((bound, index) => {
    cumulated += one.counts[index] ?? 0;
    return `${name}_bucket${withBound(String(bound))} ${cumulated}`;
  });
  return [
    ...buckets,
    `${name}_bucket${withBound('+Inf')} ${one.count}`,
    `${name}_sum${braces(labels)} ${one.sum}`,
    `${name}_count${braces(labels)} ${one.count}`,
  ];
}
