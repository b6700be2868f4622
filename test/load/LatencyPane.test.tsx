import { render } from 'ink-testing-library';
import { describe, expect, test } from 'vitest';
import { LatencyPane } from '../../src/load/LatencyPane.tsx';
import { emptyLatencySeries, type LatencySeries, withReplicas, withSample } from '../../src/load/latency-series.ts';
import type { LoadSample } from '../../src/load/sample.ts';
import { textWidth } from '../../src/ui/text.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { ThemeContext } from '../../src/ui/use-theme.ts';

function sample(t: number, p95: number): LoadSample {
  return {
    t,
    phase: t < 10 ? 'ramp' : 'sustained',
    target: 208,
    scheduled: 52,
    sent: 52,
    done: 52,
    errors: 0,
    cacheHits: 41,
    cacheLookups: 52,
    inFlight: 20,
    queued: 0,
    statuses: { 200: 52 },
    latency: { p50: p95 * 0.6, p95, p99: p95 * 1.6, max: p95 * 2 },
    lagP99: 1,
  };
}

/** Latency climbs while there are three replicas and comes down as they grow. */
function seriesOf(count: number): LatencySeries {
  let series = emptyLatencySeries();
  for (let index = 1; index <= count; index += 1) {
    const t = index / 4;
    series = withReplicas(series, Math.min(8, 3 + Math.floor(t / 5)));
    series = withSample(series, sample(t, t < 15 ? 100 + t * 20 : Math.max(180, 400 - (t - 15) * 20)), t * 1000);
  }
  return series;
}

const target = { value: 250, quantile: 'p95' } as const;
const draw = (
  width: number,
  height: number,
  options: { unicode?: boolean; series?: LatencySeries; now?: number } = {},
) => {
  const { unicode = true, series = seriesOf(120), now = 30_000 } = options;
  const { lastFrame, unmount } = render(
    <ThemeContext.Provider value={createTheme({ color: 0, unicode })}>
      <LatencyPane width={width} height={height} series={series} target={target} now={now} />
    </ThemeContext.Provider>,
  );
  const lines = (lastFrame() ?? '').split('\n');
  unmount();
  return lines;
};

describe('the latency pane', () => {
  for (const [width, height] of [
    [36, 6],
    [36, 20],
    [50, 8],
    [72, 10],
    [100, 6],
    [100, 20],
  ] as const)
    test(`fills ${width} x ${height} and no more, with P95, its mark and the replicas in it`, () => {
      const lines = draw(width, height);
      expect(lines).toHaveLength(height);
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
      const text = lines.join('\n');
      expect(text).toContain('p95 180 ✓');
      expect(text).toContain('p50 108');
      expect(text).toContain('p99 288');
      expect(text).toContain('8 pods');
      expect(text).toMatch(/▄.*█/);
      expect(text).toMatch(/[╭╮╰╯]/);
    });

  test('says in words how it goes, and names the target at its line', () => {
    const text = draw(72, 12).join('\n');
    expect(text).toContain('sustained 30s  208/s  errors 0%  cache 79%');
    expect(text).toContain('target p95 250');
  });

  test('has replicas and latency on one time axis', () => {
    const lines = draw(72, 12);
    const axis = lines.findIndex((line) => line.includes('┤'));
    const replicas = lines.find((line) => line.includes('pods')) ?? '';
    expect(replicas.search(/[▁-█]/)).toBe((lines[axis] ?? '').indexOf('┤') + 1);
    // Both end in the same column, that of the newest sample.
    const ends = (line: string) => line.slice(0, -1).trimEnd().length;
    const drawn = lines.filter((line) => line.includes('┤') && !line.includes('- -'));
    expect(Math.abs(Math.max(...drawn.map(ends)) - ends(replicas))).toBeLessThanOrEqual(1);
  });

  test('says by a sign and not only by colour that the target is missed', () => {
    expect(draw(80, 10, { series: seriesOf(60) }).join('\n')).toContain('p95 400 ✗');
  });

  test('is pure ASCII where the terminal has no Unicode', () => {
    const text = draw(80, 12, { unicode: false }).join('\n');
    expect([...text].filter((sign) => sign > '\u007e')).toEqual([]);
    expect(text).toContain('p95 180 +');
  });

  test('says what will be here before any load ran', () => {
    expect(draw(60, 8, { series: emptyLatencySeries() }).join('\n')).toContain('The latency is drawn here while');
  });

  test('says when no figures come any more, in coarse steps', () => {
    expect(draw(60, 10, { now: 30_000 + 8200 }).join('\n')).toContain('no figures for 5s');
    expect(draw(60, 10, { now: 30_000 + 1000 }).join('\n')).not.toContain('no figures');
  });

  test('draws no line over a stretch without answers', () => {
    let series = seriesOf(20);
    for (let index = 21; index < 40; index += 1)
      series = withSample(series, { ...sample(index / 4, 1), latency: undefined, done: 0 }, index * 250);
    const before = draw(90, 10, { series: seriesOf(20) }).join('\n');
    const after = draw(90, 10, { series, now: 9750 }).join('\n');
    const strokes = (text: string) => [...text].filter((sign) => '╭╮╰╯'.includes(sign)).length;
    expect(strokes(after)).toBe(strokes(before));
  });
});
