import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitTo, spread, textWidth, truncate, wrap } from '../../src/ui/text.ts';

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('日本語のテキスト', '👩‍👩‍👧 family', 'é́x'),
);
const oneLine = anyText.map((text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' '));

describe('text', () => {
  it('fits every text into exactly the width', () => {
    fc.assert(
      fc.property(oneLine, fc.integer({ min: 1, max: 60 }), (text, width) => {
        expect(textWidth(fitTo(text, width))).toBe(width);
      }),
    );
  });

  it('never makes a truncated text wider than asked', () => {
    fc.assert(
      fc.property(oneLine, fc.integer({ min: 0, max: 40 }), (text, width) => {
        expect(textWidth(truncate(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('wraps within the width and loses no word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, fc.integer({ min: 4, max: 50 }), (list, width) => {
        const lines = wrap(list.join(' '), width);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replace(/ /g, '')).toBe(list.join(''));
      }),
    );
  });

  it('marks what was cut off and keeps wide characters whole', () => {
    expect(truncate('tars-backend', 6)).toBe('tars-…');
    expect(truncate('日本語', 4)).toBe('日…');
  });

  it('puts two texts at the ends of a line, and leaves the right one out where there is no room', () => {
    expect(spread('left', 'right', 12)).toBe('left   right');
    expect(spread('left', 'right', 9)).toBe('left     ');
  });
});
