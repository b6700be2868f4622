import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableLine } from '../../src/base/printable.ts';
import { markdownLines } from '../../src/ui/markdown-lines.ts';
import { textWidth, wrap } from '../../src/ui/text.ts';
import { createTheme } from '../../src/ui/theme.ts';

const theme = createTheme({ color: 0, unicode: true });
const many = 128 * 1024;
const filled = (piece: string) => piece.repeat(Math.floor(many / piece.length));

/** Generous: what is read from each of its beginnings to its end takes minutes. */
async function isSoon<T>(work: () => T): Promise<T> {
  const begin = process.cpuUsage();
  const result = work();
  const { user } = process.cpuUsage(begin);
  expect(user / 1000).toBeLessThan(3000);
  return result;
}

describe('text that is all beginnings, or one word without an end', () => {
  it.each([
    ['comments that are never closed', '<!--'],
    ['brackets', '['],
    ['links', '[a]('],
    ['addresses', '<https:'],
    ['strong words', '__a **b '],
    ['emphasis', ' *a'],
    ['backticks', '`a'],
    ['escapes', '\u001b]'],
    ['lines', 'a\n'],
    ['a word', 'x'],
  ])('a page of %s is drawn soon', async (_, piece) => {
    await isSoon(() => markdownLines(filled(piece), 80, theme));
  });

  it('a heading of blanks is drawn soon', async () => {
    for (const end of ['x', '# x', ' #']) await isSoon(() => markdownLines(`# ${filled(' ')}${end}`, 80, theme));
    await isSoon(() => markdownLines(`# a ${filled('#')}b`, 80, theme));
    expect(markdownLines('#  Next steps  ##  \n', 80, theme)).toEqual(['Next steps']);
  });

  it('a line of blanks becomes printable soon', async () => {
    expect(await isSoon(() => printableLine(`a${filled(' ')}b`))).toHaveLength(many + 2);
    expect(await isSoon(() => printableLine(`a${filled(' ')}\n b`))).toBe('a b');
  });
});

describe('text that is made one line', () => {
  it('is what a pattern would have made of it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\r', '\t', '\u00a0', '\u2028', '\u001b[1m') });
    fc.assert(
      fc.property(text, (some) => {
        expect(printableLine(some)).toBe(printable(some).replace(/\s*\n\s*/g, ' '));
      }),
    );
  });

  it('is wrapped without a sign lost, each line within its width', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '語', 'é', '👩‍🚀'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 12 }), (some, width) => {
        const lines = wrap(some, width);
        expect(lines.every((line) => textWidth(line) <= width)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(some.replaceAll(' ', ''));
      }),
    );
  });
});
