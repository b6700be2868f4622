import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker } from '../../src/base/masking.ts';

const secret = fc
  .string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' })
  .filter((text) => text.trim().length >= 8);
const around = fc.string({ maxLength: 30 });

test('a secret is hidden plain, base64, URL-encoded, hexadecimal and as JSON, inside any text', () => {
  fc.assert(
    fc.property(secret, around, around, (value, before, after) => {
      const masker = createMasker();
      masker.add(value);
      for (const form of [
        value,
        Buffer.from(value).toString('base64'),
        encodeURIComponent(value),
        Buffer.from(value).toString('hex'),
      ]) {
        expect(masker.mask(`${before}|${form}|${after}`).split('|').slice(1, -1).join('|')).not.toContain(form);
      }
      expect(JSON.stringify(masker.mask(JSON.stringify({ value })))).not.toContain(JSON.stringify(value).slice(1, -1));
    }),
  );
});

test('a secret inside a larger base64 value is hidden at every offset', () => {
  const value = 'correct-horse-battery';
  const masker = createMasker();
  masker.add(value);
  for (let offset = 0; offset < 6; offset += 1) {
    const whole = Buffer.from(`${'x'.repeat(offset)}${value}tail`).toString('base64');
    expect(Buffer.from(masker.mask(whole), 'base64').toString()).not.toContain('horse');
  }
});

test('the longer of two secrets is hidden whole when it contains the shorter', () => {
  const masker = createMasker();
  masker.add('password');
  masker.add('password-and-more');
  expect(masker.mask('a password-and-more b')).toBe('a •••••• b');
});
