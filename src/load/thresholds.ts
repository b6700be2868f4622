import { compileExpression, ExpressionError, renderValue } from '../base/expressions.ts';
import { metricTypes } from '../systems/metric-types.ts';
import type { LoadFigures, ThresholdResult } from './sample.ts';
import type { Threshold } from './scenario.ts';

/** What thresholds and targets see; the cache's ratio is missing where no answer said whether it came from one. */
type LoadMetrics = Omit<Record<keyof typeof metricTypes, number>, 'cacheHitRatio'> & { cacheHitRatio?: number };

/** For the check of `expect` before anything runs. */
export const metricsVariables = { metrics: metricTypes } as const;

function metricsOf(figures: LoadFigures, scale: number): LoadMetrics {
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
    scale,
    ...(figures.cacheHitRatio === undefined ? {} : { cacheHitRatio: figures.cacheHitRatio }),
  };
}

/**
 * Holds figures against thresholds. One that cannot be judged (no answer named its cache, nothing was answered) is not
 * met and says why. Expressions were checked when their file was read.
 */
export function judgeThresholds(thresholds: readonly Threshold[], figures: LoadFigures, scale = 1): ThresholdResult[] {
  const metrics = metricsOf(figures, scale);
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
