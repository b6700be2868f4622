import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartLines, sparkline, thin } from '../../src/ui/chart.ts';
import { textWidth } from '../../src/ui/text.ts';
import { createTheme } from '../../src/ui/theme.ts';

const theme = createTheme({ color: 0, unicode: true });
const value = fc.option(fc.double({ min: 0, max: 10_000, noNaN: true }), { nil: undefined });

describe('a chart', () => {
  it('has exactly its height and never more than its width', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 300 }),
        fc.integer({ min: 12, max: 100 }),
        fc.integer({ min: 2, max: 20 }),
        (values, width, height) => {
          const lines = chartLines({
            series: [{ values }],
            width,
            height,
            target: { value: 250, title: 'target' },
            theme,
          });
          expect(lines.length).toBe(values.some((one) => one !== undefined) ? height : 0);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('draws the target as a named line and leaves gaps where nothing was measured', () => {
    const values = [100, 100, undefined, undefined, 100, 100];
    const lines = chartLines({
      series: [{ values }],
      width: 40,
      height: 5,
      target: { value: 200, title: 'target 200' },
      theme,
    });
    expect(lines[0]).toContain('target 200');
    expect(lines[2]).toContain('──  ──');
  });

  it('draws every stroke as one unbroken line from value to value, at every width', () => {
    const levels = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(levels, fc.integer({ min: 70, max: 130 }), (steps, width) => {
        const values = [0, 9, ...steps];
        const rows = chartLines({ series: [{ values }], width, height: 10, theme }).map((line) =>
          [...line.slice(line.indexOf('┤') + 1).padEnd(width)].map((sign) => sign !== ' '),
        );
        for (const [column, from] of values.slice(0, -1).entries()) {
          const to = values[column + 1] ?? from;
          const drawn = rows.flatMap((row, index) => (row[column] ? [9 - index] : []));
          expect([Math.max(...drawn), Math.min(...drawn)]).toEqual([Math.max(from, to), Math.min(from, to)]);
        }
      }),
    );
  });

  it('keeps the peak when it thins values out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 500 }),
        fc.integer({ min: 1, max: 80 }),
        (values, count) => {
          const kept = thin(values, count).filter((one) => one !== undefined);
          expect(Math.max(...kept)).toBe(Math.max(...values));
        },
      ),
    );
  });

  it('draws a line of levels, in ASCII where there is no Unicode', () => {
    expect(sparkline([0, 5, 10], 3, theme, 10)).toBe('▁▅█');
    expect(sparkline([0, 5, 10], 3, createTheme({ color: 0, unicode: false }), 10)).toMatch(/^[\x20-\x7e]{3}$/);
  });
});
