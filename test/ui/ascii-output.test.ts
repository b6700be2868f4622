import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAscii } from '../../src/ui/ascii-output.ts';
import { textWidth } from '../../src/ui/text.ts';

describe('ASCII output', () => {
  it('says the same as well as it can', () => {
    expect(toAscii('P95 ≤ 250 ms → größer ×5 日本')).toBe('P95 < 250 ms > gro?er x5 ????');
    expect(toAscii('\u001b[1mbold\u001b[0m')).toBe('\u001b[1mbold\u001b[0m');
  });

  it('is ASCII, and as wide as what it stands for', () => {
    const visible = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ''));
    fc.assert(
      fc.property(visible, (text) => {
        expect(toAscii(text)).toMatch(/^[\x20-\x7e]*$/);
        expect(toAscii(text).length).toBe(textWidth(text));
      }),
    );
  });
});
