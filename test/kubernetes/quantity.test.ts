import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  binaryQuantity,
  decimalQuantity,
  formatBytes,
  formatCpu,
  milliValue,
  parseBytes,
  parseCpu,
  parseQuantity,
  wholeValue,
} from '../../src/kubernetes/quantity.ts';

describe('reading', () => {
  test.each([
    ['500m', 0.5],
    ['2', 2],
    [2, 2],
    [0.1, 0.1],
    ['412345678n', 0.412345678],
    ['250u', 0.00025],
    ['.5', 0.5],
    ['1.', 1],
    ['+3', 3],
    ['-1', -1],
  ])('%s are %s cores', (text, cores) => expect(parseCpu(text)).toBe(cores));

  test.each([
    ['512Mi', 536_870_912],
    ['1Ki', 1024],
    ['1.5Gi', 1_610_612_736],
    ['20G', 20e9],
    ['128974848', 128_974_848],
    ['129e6', 129e6],
    ['129M', 129e6],
    ['1E', 1e18],
    ['1E3', 1000],
    ['128974848000m', 128_974_848],
  ])('%s are %s bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  test.each(['', 'abc', '1K', '1mi', '1 Gi', '1.2.3', '0x10', 'NaN', '.', 'm', '1e', '1Mi2', '--1'])(
    '`%s` is refused',
    (text) => expect(() => parseQuantity(text)).toThrow(/is not a quantity/),
  );

  test('numbers that are no numbers are refused', () => {
    expect(() => parseQuantity(Number.NaN)).toThrow(/is not a quantity/);
    expect(() => parseQuantity(Number.POSITIVE_INFINITY)).toThrow(/is not a quantity/);
  });

  test('thousandths and whole units are rounded up, exactly', () => {
    expect(milliValue('0.412')).toBe(412);
    expect(milliValue('1n')).toBe(1);
    expect(milliValue('412000001n')).toBe(413);
    expect(wholeValue('100m')).toBe(1);
    expect(wholeValue('-100m')).toBe(-1);
    expect(milliValue('1.1Ki')).toBe(1_126_400);
  });
});

describe('writing', () => {
  test('cores are written in thousandths', () => expect([formatCpu(0.412), formatCpu(2)]).toEqual(['412m', '2000m']));

  test('bytes are written in the largest unit that they fill', () => {
    expect([0, 512, 2048, 310 * 2 ** 20, 1.5 * 2 ** 30, 16 * 2 ** 30].map(formatBytes)).toEqual([
      '0',
      '512',
      '2Ki',
      '310Mi',
      '1.5Gi',
      '16Gi',
    ]);
  });

  test('canonical forms have no fraction', () => {
    expect([0.75, 2, 1500, 2000, 0].map(decimalQuantity)).toEqual(['750m', '2', '1500', '2k', '0']);
    expect([1.5 * 2 ** 30, 2 ** 40, 1000, 0].map(binaryQuantity)).toEqual(['1536Mi', '1Ti', '1000', '0']);
  });
});

test('what is written is read back: cores to a thousandth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (milli) => {
      expect(parseCpu(formatCpu(milli / 1000))).toBe(milli / 1000);
      expect(parseQuantity(decimalQuantity(milli / 1000))).toBe(milli / 1000);
      expect(milliValue(`${milli}m`)).toBe(milli);
    }),
  );
});

test('what is written is read back: bytes exactly in canonical form, within 5 % in the short form', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
      expect(parseBytes(binaryQuantity(bytes))).toBe(bytes);
      const short = parseBytes(formatBytes(bytes));
      expect(Math.abs(short - bytes)).toBeLessThanOrEqual(Math.max(1, bytes * 0.05 + 512));
    }),
  );
});

test('any text is either read as a finite number or refused with a reason', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        expect(Number.isFinite(parseQuantity(text))).toBe(true);
      } catch (error) {
        expect(String(error)).toMatch(/is not a quantity/);
      }
    }),
  );
});
