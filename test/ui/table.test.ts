import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, scrollTo, tableLines } from '../../src/ui/table.ts';
import { textWidth } from '../../src/ui/text.ts';
import { createTheme } from '../../src/ui/theme.ts';

const theme = createTheme({ color: 0, unicode: true });
const columns: Column[] = [
  { title: 'NAME', flex: 1, minWidth: 8 },
  { title: 'READY', width: 'auto' },
  { title: 'AGE', width: 4, align: 'right', priority: 1 },
  { title: 'NODE', width: 'auto', priority: 2 },
];
const rows = [
  ['tars-backend-abc', '1/1', '2m', 'node-1'],
  ['postgres-0', '0/1', '10s', 'node-2'],
];

describe('a table', () => {
  it('aligns its columns and points at the chosen row with a sign', () => {
    expect(tableLines({ columns, rows, width: 40, height: 5, selected: 1, theme })).toEqual([
      '  NAME               READY   AGE  NODE',
      '  tars-backend-abc   1/1      2m  node-1',
      '❯ postgres-0         0/1     10s  node-2',
    ]);
  });

  it('drops the columns that matter least where it is narrow', () => {
    const [title] = tableLines({ columns, rows, width: 24, height: 5, theme });
    expect(title).not.toContain('NODE');
    expect(title).toContain('AGE');
    expect(tableLines({ columns, rows, width: 16, height: 5, theme })[0]).not.toContain('AGE');
  });

  it('is never wider nor higher than its room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 0, max: 12 }),
        fc.array(fc.tuple(fc.string(), fc.string(), fc.string(), fc.string()), { maxLength: 30 }),
        fc.option(fc.nat(30), { nil: undefined }),
        (width, height, given, selected) => {
          const clean = given.map((row) => row.map((cell) => cell.replace(/[\p{Cc}\p{Cf}]/gu, '')));
          const lines = tableLines({ columns, rows: clean, width, height, selected, theme });
          expect(lines.length).toBeLessThanOrEqual(height);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(Math.max(width, 9));
        },
      ),
    );
  });

  it('scrolls as little as possible and keeps the chosen row in sight', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.nat(200),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 200 }),
        (at, from, visible, total) => {
          const selected = Math.min(at, total - 1);
          const offset = scrollTo(selected, Math.min(from, Math.max(0, total - visible)), visible, total);
          expect(selected).toBeGreaterThanOrEqual(offset);
          expect(selected).toBeLessThan(offset + visible);
        },
      ),
    );
    expect(scrollTo(5, 3, 10, 100)).toBe(3);
  });
});
