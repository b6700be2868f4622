import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quoteCommand, quoteWord } from '../../src/tools/shell-quote.ts';

it('whatever stands in a word reaches the program as it is', () => {
  const character = fc.constantFrom(
    "'",
    '"',
    '$',
    '`',
    '\\',
    '\n',
    ' ',
    ';',
    '&',
    '*',
    '~',
    '!',
    '=',
    '#',
    '-',
    'é',
    'a',
  );
  const word = fc.oneof(fc.string({ unit: character, maxLength: 12 }), fc.string({ maxLength: 12 }));
  const noNul = word.filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(noNul, { minLength: 1, maxLength: 6 }), (words) => {
      const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${quoteCommand(words)}`], { encoding: 'utf8' });
      expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 60 },
  );
});

it('a NUL is refused', () => {
  expect(() => quoteWord('a\0b')).toThrow(RangeError);
});
