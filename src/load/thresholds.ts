import { compileExpression, ExpressionError, renderValue } from '../base/expressions.ts';
import type { LoadFigures, ThresholdResult } from './sample.ts';
import type { Threshold } from './scenario.ts';

/** What thresholds and targets see: latencies in ms from the planned time, ratios from 0 to 1. */
interface LoadMetrics {
  p50: number;
  p95: number;
  p99: number;
  max: number;
  mean: number;
  rps: number;
  requests: number;
  errorRate: number;
  /** Missing where no answer said whether it came from a cache. */
  cacheHitRatio?: number;
}

/** For the check of `expect` before anything runs. */
export const metricsVariables = {
  metrics: {
    p50: 'double',
    p95: 'double',
    p99: 'double',
    max: 'double',
    mean: 'double',
    rps: 'double',
    requests: 'double',
    errorRate: 'double',
    cacheHitRatio: 'double',
  },
} as const;

function metricsOf(figures: LoadFigures): LoadMetrics {
  const { p50, p95, p99, max, mean } = figures.response;
  return {
    p50,
    p95,
    p99,
    max,
    mean,
    rps: figures.requestsPerSecond,
    requests: figures.requests,
    errorRate: figures.errorRate,
    ...(figures.cacheHitRatio === undefined ? {} : { cacheHitRatio: figures.cacheHitRatio }),
  };
}

/**
 * Holds figures against thresholds. One that cannot be judged (no answer named its cache, nothing was answered) is not
 * met and says why. Expressions were checked when their file was read.
 */
export function judgeThresholds(thresholds: readonly Threshold[], figures: LoadFigures): ThresholdResult[] {
  const metrics = metricsOf(figures);
  return thresholds.map(({ title, expect, observed }) => {
    if (figures.requests === 0) return { title, expect, observed: 'no request was answered', met: false };
    const evaluate = (source: string) =>
      tidy(compileExpression(source, { variables: metricsVariables }).evaluate({ metrics }));
    try {
      const met = evaluate(expect) === true;
      return {
        title,
        expect,
        observed: observed ? String(renderValue(observed, evaluate)) : observedIn(expect, metrics),
        met,
      };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const missing = metrics.cacheHitRatio === undefined && expect.includes('cacheHitRatio');
      return {
        title,
        expect,
        observed: missing ? 'no answer said whether it came from the cache' : error.message,
        met: false,
      };
    }
  });
}

/** The metrics that an expression names, with their values. */
function observedIn(expect: string, metrics: LoadMetrics): string {
  const names = [...new Set([...expect.matchAll(/metrics\.(\w+)/g)].map((match) => match[1] ?? ''))];
  return names.map((name) => `${name} ${tidy(metrics[name as keyof LoadMetrics])}`).join(', ');
}

// A person reads it: 238.67 and not 238.67199999999998.
function tidy(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
