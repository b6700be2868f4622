import { Problem } from '../../../base/errors.ts';
import type { HttpAnswer } from '../http/answer.ts';

/** One line of a result: an instant's value, or a range's points. */
export interface Series {
  labels: Record<string, string>;
  /** The newest. */
  value: number;
  /** Of a range, oldest first. */
  points?: number[];
  /** When the newest was, in seconds since 1970; of a range. */
  at?: number;
}

/** What expressions see of a result. */
export interface PromqlResult {
  /** Of the first series, the newest; null where there is no data. */
  value: number | null;
  /** Of an instant one for each series; of a range every point of every series. */
  values: number[];
  series: Series[];
}

/**
 * Reads what Prometheus' HTTP API answers (https://prometheus.io/docs/prometheus/latest/querying/api/). Throws `Problem` with its
 * own words for a query that it refuses, and for an answer that is not Prometheus'.
 */
export function readAnswer({ status, body }: HttpAnswer, query: string, where: string): PromqlResult {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as {
    status?: string;
    errorType?: string;
    error?: string;
    data?: { resultType?: string; result?: unknown };
  };
  if (answer.status === 'error') throw refused(answer.errorType ?? '', answer.error ?? '', query, where);
  const { resultType, result } = answer.data ?? {};
  if (answer.status !== 'success' || resultType === undefined)
    throw new Problem(`What answers there is no Prometheus: status ${status}`, {
      where,
      evidence: [String(typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 300)],
      next: ['Its API is below /api/v1/query; a path before it belongs into `url`'],
    });
  return summed(seriesOf(resultType, result));
}

/** A result of these series. */
export function summed(series: readonly Series[]): PromqlResult {
  const values = series.flatMap(({ value, points }) => points ?? [value]);
  return { value: series[0]?.value ?? null, values, series: [...series] };
}

type Point = [time: number, value: string];

function seriesOf(type: string, result: unknown): Series[] {
  if (type === 'scalar') return [{ labels: {}, value: numberOf((result as Point)[1]) }];
  if (type === 'vector')
    return (result as { metric: Record<string, string>; value: Point }[]).map(({ metric, value }) => ({
      labels: metric,
      value: numberOf(value[1]),
    }));
  if (type === 'matrix')
    return (result as { metric: Record<string, string>; values: Point[] }[]).map(({ metric, values }) => {
      const points = values.map(([, value]) => numberOf(value));
      return { labels: metric, value: points.at(-1) ?? Number.NaN, points, at: values.at(-1)?.[0] ?? 0 };
    });
  throw new Problem(`The query gives a ${type}, and numbers are wanted`);
}

/** A sample's text: `NaN`, `+Inf` and `-Inf` are numbers of it. */
export function numberOf(text: string): number {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

function refused(type: string, error: string, query: string, where: string): Problem {
  const kind = type === 'bad_data' ? 'Prometheus cannot read the query' : `Prometheus refused the query (${type})`;
  // `1:5: parse error: …`: line and column.
  const place = /(?:^|\s)(\d+):(\d+): parse error/.exec(error);
  const line = query.split('\n')[Number(place?.[1] ?? 1) - 1] ?? query;
  const mark = place ? [`${' '.repeat(Math.max(0, Number(place[2]) - 1))}^`] : [];
  return new Problem(`${kind}: ${error}`, { where, evidence: [line, ...mark] });
}
