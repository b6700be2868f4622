import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectLines } from '../../src/ui/Select.tsx';
import { moveIndex, windowOffset } from '../../src/ui/select-state.ts';
import { createTheme } from '../../src/ui/theme.ts';

const theme = createTheme({ color: 0, unicode: true });
const items = Array.from({ length: 30 }, (_, index) => ({ label: `Item ${index}` }));

describe('a list to choose from', () => {
  it('goes round at its ends', () => {
    expect(moveIndex(0, 'up', 5)).toBe(4);
    expect(moveIndex(4, 'down', 5)).toBe(0);
    expect(moveIndex(3, 'first', 5)).toBe(0);
    expect(moveIndex(0, 'down', 0)).toBe(0);
  });

  it('always shows the chosen row, with its pointer, in the height that it has', () => {
    fc.assert(
      fc.property(fc.nat(29), fc.integer({ min: 3, max: 40 }), (selected, height) => {
        const lines = selectLines({ items, selected, width: 30, height, theme });
        expect(lines.length).toBe(Math.min(height, items.length));
        expect(lines.filter((line) => line.startsWith('❯')).map((line) => line.trimEnd())).toEqual([
          `❯ Item ${selected}`,
        ]);
      }),
    );
  });

  it('never looks beyond its ends', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.integer({ min: 1, max: 50 }), fc.nat(100), (index, visible, total) => {
        const offset = windowOffset(Math.min(index, Math.max(0, total - 1)), visible, total);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(Math.max(0, total - visible));
      }),
    );
  });
});
