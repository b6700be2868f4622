import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableLine } from '../../src/base/printable.ts';

test('no escape or control character is left of any text', () => {
  const hostile = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        '\u001b[2J',
        '\u001b]0;title\u0007',
        '\u001b',
        '\u009b31m',
        '\r',
        '\u0000',
        '\u202e',
        '\u001bPq\u001b\\',
      ),
    ),
  );
  fc.assert(
    fc.property(hostile, (parts) => {
      const text = printable(parts.join(''));
      expect(
        [...text].filter(
          (character) => character !== '\n' && /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(character),
        ),
      ).toEqual([]);
    }),
  );
});

test('colours, titles and hyperlinks disappear and their text stays', () => {
  expect(printable('\u001b[31mred\u001b[0m \u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\')).toBe('red link');
  expect(printable('plain, ünïcode, 日本')).toBe('plain, ünïcode, 日本');
  expect(printableLine('one\n  two\tthree')).toBe('one two  three');
});
