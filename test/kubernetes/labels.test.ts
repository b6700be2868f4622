import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatSelector,
  matchesMap,
  matchesSelector,
  meetsAll,
  parseSelector,
  requirementsOf,
} from '../../src/kubernetes/labels.ts';

const labels = { app: 'web', tier: 'front', size: '7' };

test.each([
  ['app=web', true],
  ['app==web,tier=front', true],
  ['app=db', false],
  ['app!=db', true],
  ['missing!=x', true],
  ['app in (web, db)', true],
  ['app notin (web)', false],
  ['missing notin (web)', true],
  ['app', true],
  ['missing', false],
  ['!missing', true],
  ['! app', false],
  ['size>5,size<8', true],
  ['app>5', false],
  ['', true],
  ['app=', false],
])('`%s` on a web pod: %s', (text, expected) => expect(meetsAll(parseSelector(text), labels)).toBe(expected));

test.each(['a b', '=x', 'a in b', 'a in (b', 'a=b,', 'a==b==c'])('`%s` is refused', (text) =>
  expect(() => parseSelector(text)).toThrow(/label selector/),
);

test('no selector selects nothing, an empty one everything', () => {
  expect(matchesSelector(undefined, labels)).toBe(false);
  expect(matchesSelector({}, labels)).toBe(true);
  expect(matchesMap({}, labels)).toBe(false);
  expect(matchesMap({ app: 'web' }, labels)).toBe(true);
});

test('expressions are all of them needed', () => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['front', 'back'] },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  };
  expect(matchesSelector(selector, labels)).toBe(true);
  expect(matchesSelector(selector, { ...labels, old: 'yes' })).toBe(false);
  expect(() => matchesSelector({ matchExpressions: [{ key: 'a', operator: 'Is' }] }, labels)).toThrow(/operator/);
});

test('a label called like a property of every object is an ordinary label', () => {
  expect(meetsAll(parseSelector('constructor'), {})).toBe(false);
  expect(meetsAll(parseSelector('constructor=x'), { constructor: 'x' })).toBe(true);
});

test('the text form selects what the structured form selects', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
  const operator = fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist');
  const expression = fc.record({ key: word, operator, values: fc.array(word, { minLength: 1, maxLength: 3 }) });
  const selector = fc.record({ matchLabels: fc.dictionary(word, word), matchExpressions: fc.array(expression) });
  fc.assert(
    fc.property(selector, fc.dictionary(word, word), (given, own) => {
      expect(meetsAll(parseSelector(formatSelector(given)), own)).toBe(meetsAll(requirementsOf(given), own));
    }),
  );
});
