/** One sample of a metric. */
export interface MetricSample {
  name: string;
  labels: Record<string, string>;
  /** `NaN` and infinities are left out. */
  value: number;
}

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/;
const label = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

/**
 * Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/): samples in their order, at most so many.
 * A line that cannot be read is passed over.
 */
export function parsePrometheusText(text: string, most = Number.POSITIVE_INFINITY): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const written of text.split('\n')) {
    if (samples.length >= most) break;
    if (written.startsWith('#')) continue;
    const [, name, inside = '', number = ''] = line.exec(written) ?? [];
    const value = Number(number);
    const labels = name === undefined ? undefined : labelsIn(inside);
    if (name !== undefined && labels && number !== '' && Number.isFinite(value)) samples.push({ name, labels, value });
  }
  return samples;
}

function labelsIn(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const [, name, value] = label.exec(text) ?? [];
    if (name === undefined || value === undefined) return undefined;
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}
