import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLineSplitter } from '../../src/tools/line-splitter.ts';

function split(chunks: readonly Buffer[], maxLength?: number): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), maxLength);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

it('gives the same lines wherever the bytes are cut', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'ö', '€', '😀', ' ', '\n', '\r', '\r\n'), maxLength: 40 });
  fc.assert(
    fc.property(word, fc.array(fc.nat(80), { maxLength: 6 }), (text, cuts) => {
      const bytes = Buffer.from(text);
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      const expected = text.split(/\r\n|\n|\r/);
      if (expected.at(-1) === '') expected.pop();
      expect(split(chunks)).toEqual(expected);
    }),
  );
});

it('cuts a line that is too long, and goes on with the next', () => {
  expect(split([Buffer.from(`${'x'.repeat(30)}\nshort\n`)], 10)).toEqual([`${'x'.repeat(10)} …`, 'short']);
});

it('takes out what would move the cursor or colour the screen', () => {
  expect(split([Buffer.from('\u001b[31mred\u001b[0m\u0007 \u001b]0;title\u0007ok\n')])).toEqual(['red ok']);
});
