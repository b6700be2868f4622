import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LayoutWishes, layout, paneNames, type Rectangle, smallest } from '../../src/app/layout.ts';

const wishes: fc.Arbitrary<LayoutWishes> = fc.record({
  menuRows: fc.integer({ min: 0, max: 60 }),
  runRows: fc.nat(60),
  run: fc.boolean(),
  left: fc.constantFrom('menu', 'run'),
  right: fc.constantFrom('pods', 'autoscalers', 'latency'),
  focus: fc.constantFrom(...paneNames),
  alone: fc.boolean(),
});

function rectanglesOf(columns: number, rows: number, wish: LayoutWishes): Rectangle[] {
  const placed = layout(columns, rows, wish);
  return placed.kind === 'too-small' ? [] : [placed.header, placed.footer, ...Object.values(placed.panes)];
}

const overlap = (a: Rectangle, b: Rectangle) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('layout', () => {
  it('never lets rectangles overlap or leave the screen, and never leaves one without room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 200 }), wishes, (columns, rows, wish) => {
        const all = rectanglesOf(columns, rows, wish);
        for (const [index, one] of all.entries()) {
          expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= columns && one.y + one.height <= rows).toBe(true);
          expect(one.width >= 1 && one.height >= 1).toBe(true);
          for (const other of all.slice(index + 1)) expect(overlap(one, other)).toBe(false);
        }
      }),
    );
  });

  it('covers the whole screen', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: smallest.columns, max: 300 }),
        fc.integer({ min: smallest.rows, max: 120 }),
        wishes,
        (columns, rows, wish) => {
          const area = rectanglesOf(columns, rows, wish).reduce((sum, { width, height }) => sum + width * height, 0);
          expect(area).toBe(columns * rows);
        },
      ),
    );
  });

  const plain: LayoutWishes = {
    menuRows: 9,
    runRows: 0,
    run: true,
    left: 'run',
    right: 'pods',
    focus: 'run',
    alone: false,
  };
  it('shows all panes at 120x40', () => {
    const placed = layout(120, 40, plain);
    expect(placed.kind === 'wide' && Object.keys(placed.panes).sort()).toEqual([...paneNames].sort());
  });

  it('stacks two panes at 80x24 and one at 60x15', () => {
    const two = layout(80, 24, plain);
    const one = layout(60, 15, { ...plain, focus: 'pods' });
    expect(two.kind === 'stacked' && Object.keys(two.panes)).toEqual(['run', 'pods']);
    expect(one.kind === 'single' && Object.keys(one.panes)).toEqual(['pods']);
  });

  it('says so below 60x15', () => {
    expect(layout(59, 40, plain).kind).toBe('too-small');
    expect(layout(120, 14, plain).kind).toBe('too-small');
  });

  it('gives a run that has a lot to say the room of the menu, and not before', () => {
    const heights = (runRows: number) => {
      const placed = layout(120, 40, { ...plain, runRows });
      return placed.kind === 'too-small' ? [] : [placed.panes.menu?.height, placed.panes.run?.height];
    };
    expect(heights(10)).toEqual([10, 28]);
    expect(heights(28)).toEqual([8, 30]);
    expect(heights(90)).toEqual([5, 33]);
  });
});
