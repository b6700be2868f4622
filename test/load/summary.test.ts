import { describe, expect, test } from 'vitest';
import { allMet, summaryLines } from '../../src/load/summary.ts';
import { judgeThresholds } from '../../src/load/thresholds.ts';
import { figures, guideResult } from './load-result.ts';

const symbols = { ok: '✓', bad: '✗', next: '→' };
const lines = (change: Partial<typeof guideResult>, title = 'T.A.R.S.') =>
  summaryLines({ ...guideResult, ...change }, { title, symbols });

describe('the summary', () => {
  test('is the one that the deployment guide shows', () => {
    expect(lines({}).slice(0, 9)).toEqual([
      '=== T.A.R.S. Load Test Summary ===',
      'Total Requests: 12,453',
      'Requests/sec: 207.55',
      'Error Rate: 0.12%',
      'P50 Latency: 142.34ms',
      'P95 Latency: 238.67ms',
      'P99 Latency: 456.12ms',
      'Cache Hit Ratio: 78.45%',
      '==================================',
    ]);
  });

  test('takes its title from the system', () => {
    expect(lines({}, 'Tartware')[0]).toBe('=== Tartware Load Test Summary ===');
  });

  test('ticks and crosses each target and says what to do about a slow one', () => {
    const thresholds = judgeThresholds(
      [
        { title: 'P95 latency ≤ 250 ms', expect: 'metrics.p95 <= 250.0', observed: '{} ms' },
        { title: 'P99 latency ≤ 300 ms', expect: 'metrics.p99 <= 300.0' },
      ],
      figures,
    );
    const text = lines({ thresholds }).join('\n');
    expect(text).toContain('✓ P95 latency ≤ 250 ms');
    expect(text).toContain('✗ P99 latency ≤ 300 ms: p99 456.12');
    expect(text).toContain('→ Slow:');
    expect(allMet({ ...guideResult, thresholds })).toBe(false);
  });

  test('labels the kind of loop, the generator as the limit, and an early end', () => {
    expect(lines({}).join('\n')).toContain('Open loop');
    const text = lines({ loop: 'closed', limitedBy: 'generator', lagP99: 12, stopped: true }).join('\n');
    expect(text).toContain('Closed loop');
    expect(text).toContain('Limited by the generator: this machine sent late (lag P99 12.00ms)');
    expect(text).toContain('Stopped before its time');
  });

  test('of a load that was stopped in its ramp shows what there is', () => {
    const none = { ...figures, requests: 0, requestsPerSecond: 0, seconds: 0 };
    const text = lines({ sustained: none, stopped: true }).join('\n');
    expect(text).toContain('Total Requests: 17,500');
    expect(text).toContain('Figures above: the whole run, which did not get to its sustained phase');
  });

  test('tells refusals from failures', () => {
    const sustained = { ...figures, statuses: { 200: 10_000, 429: 2453 } };
    const thresholds = judgeThresholds([{ title: 'errors', expect: 'metrics.errorRate <= 0.0' }], figures);
    const text = lines({ sustained, thresholds, failures: { ECONNRESET: 3 } }).join('\n');
    expect(text).toContain('2,453 answers were 429');
    expect(text).toContain('→ Raise the limit');
    expect(text).toContain('Without an answer: 3 × ECONNRESET');
  });

  test('of a stress test names the highest rate that held and why the next did not', () => {
    const steps = [
      { ...figures, rate: 100, held: true },
      { ...figures, rate: 125, held: false, reason: 'P99 1200 ms is over 1000 ms' },
    ];
    const text = lines({ steps }).join('\n');
    expect(text).toContain('✗ 125/s did not hold: P99 1200 ms is over 1000 ms');
    expect(text).toContain('Highest rate that held: 100/s');
  });
});

describe('thresholds', () => {
  const judge = (expression: string, change = {}) =>
    judgeThresholds([{ title: 't', expect: expression }], { ...figures, ...change })[0];

  test('see latencies in milliseconds and ratios from 0 to 1', () => {
    expect(judge('metrics.p95 <= 250.0 && metrics.rps >= 200.0')).toMatchObject({
      met: true,
      observed: 'p95 238.67, rps 207.55',
    });
    expect(judge('metrics.errorRate <= 0.005')?.met).toBe(true);
    expect(judge('metrics.cacheHitRatio >= 0.79')?.met).toBe(false);
    expect(judge('metrics.requests > 12000')?.met).toBe(true);
  });

  test('that cannot be judged are not met and say why', () => {
    expect(judge('metrics.cacheHitRatio >= 0.5', { cacheHitRatio: undefined })).toMatchObject({
      met: false,
      observed: 'no answer said whether it came from the cache',
    });
    expect(judge('metrics.p95 <= 250.0', { requests: 0 })).toMatchObject({
      met: false,
      observed: 'no request was answered',
    });
  });
});
