import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Quantiles } from './sample.ts';

export type { Histogram };

// An hour: nothing that is waited for here takes longer.
const highestMicroseconds = 3_600_000_000;

/** HDR histogram of microseconds with three significant digits: every quantile is right within 0.1 %. */
export function createHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 10_000_000,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
}

/** Records a time in milliseconds. */
export function record(histogram: Histogram, ms: number): void {
  histogram.recordValue(Math.min(highestMicroseconds, Math.max(0, Math.round(ms * 1000))));
}

/** Millisecond quantile, `percentile` from 0 to 100; 0 when nothing was recorded. */
export function quantile(histogram: Histogram, percentile: number): number {
  return histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1000;
}

export function quantilesOf(histogram: Histogram): Quantiles & { mean: number } {
  const empty = histogram.totalCount === 0;
  return {
    p50: quantile(histogram, 50),
    p95: quantile(histogram, 95),
    p99: quantile(histogram, 99),
    max: empty ? 0 : histogram.maxValue / 1000,
    mean: empty ? 0 : histogram.mean / 1000,
  };
}

/** A few hundred bytes of text; what goes from a worker to the thread that adds up. */
export function packHistogram(histogram: Histogram): string {
  return histogram.totalCount === 0 ? '' : encodeIntoCompressedBase64(histogram);
}

export function addPacked(target: Histogram, packed: string): void {
  if (packed !== '') target.add(decodeFromCompressedBase64(packed));
}
