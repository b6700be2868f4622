import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker } from '../../src/base/masking.ts';

const secret = fc
  .string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' })
  .filter((text) => text.trim().length >= 8);
const around = fc.string({ maxLength: 30 });

function maskerOf(...secrets: string[]) {
  const masker = createMasker();
  for (const one of secrets) masker.add(one);
  return masker;
}

const encoders: Record<string, (value: string) => string> = {
  plain: (value) => value,
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 for URLs': (value) => Buffer.from(value).toString('base64url'),
  'URL-encoded': encodeURIComponent,
  'URL-encoded with small digits': (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  'as a form': (value) => new URLSearchParams({ a: value }).toString().slice(2),
  hexadecimal: (value) => Buffer.from(value).toString('hex'),
  'in capital hexadecimals': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  'in JSON': (value) => JSON.stringify(value).slice(1, -1),
  'in JSON in JSON': (value) => JSON.stringify(JSON.stringify(value)).slice(3, -3),
  'in single quotes of a shell': (value) => value.replaceAll("'", "'\\''"),
  'in double quotes of a shell': (value) => value.replace(/[$`"\\]/g, '\\$&'),
};

test.each(Object.entries(encoders))('a secret is hidden %s, inside any text', (_, encode) => {
  fc.assert(
    fc.property(secret, around, around, (value, before, after) => {
      const form = encode(value);
      const masked = maskerOf(value).mask(`${before}\u0001${form}\u0002${after}`);
      expect(masked.slice(masked.indexOf('\u0001'), masked.lastIndexOf('\u0002'))).not.toContain(form);
    }),
  );
});

test('a secret inside a larger base64 value is hidden at every offset, in both alphabets', () => {
  const value = 'correct-horse-battery?>';
  const masker = maskerOf(value);
  for (let offset = 0; offset < 6; offset += 1)
    for (const alphabet of ['base64', 'base64url'] as const) {
      const whole = Buffer.from(`${'x'.repeat(offset)}${value}tail`).toString(alphabet);
      expect(Buffer.from(masker.mask(whole), alphabet).toString()).not.toContain('horse');
    }
});

test('base64 that was wrapped or cut off is hidden but for some characters at its ends', () => {
  const value = Array.from({ length: 25 }, (_, index) => `part-${index}-of-it.`).join('');
  const masker = maskerOf(value);
  const text = Buffer.from(`password: ${value}\n`).toString('base64');
  for (const columns of [64, 76]) {
    const lines = text.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
    for (const line of lines.slice(1, -1)) expect(masker.mask(line).length).toBeLessThan(30);
  }
});

test('each line of a key is hidden by itself; what all keys begin with is not', () => {
  const lines = ['MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', 'BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj', 'xQ=='];
  const key = ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
  const masker = maskerOf(key);
  expect(masker.mask(`1: ${lines[0]}`)).toBe('1: ••••••');
  expect(masker.mask(`2: ${lines[1]} …`)).toBe('2: •••••• …');
  expect(masker.mask('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
  expect(masker.mask(JSON.stringify({ key }))).toBe('{"key":"••••••"}');
  expect(masker.mask(Buffer.from(key).toString('base64'))).toBe('••••••');
});

test('a value that was read from a file is hidden without the line break at its end too', () => {
  expect(maskerOf('from-a-file\n').mask('got from-a-file, thanks')).toBe('got ••••••, thanks');
});

test('the longer of two secrets is hidden whole when it contains the shorter', () => {
  expect(maskerOf('password', 'password-and-more').mask('a password-and-more b')).toBe('a •••••• b');
});

test('secrets that overlap are hidden both', () => {
  expect(maskerOf('abcdefgh', 'efghijkl').mask('1 abcdefghijkl 2')).toBe('1 •••••• 2');
});

test('a value under four characters is not hidden, and a text without secrets stays what it is', () => {
  const masker = maskerOf('abc', '');
  expect(masker.mask('abc')).toBe('abc');
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(maskerOf('\u0001never-there\u0002').mask(text)).toBe(text);
    }),
  );
});

test('a secret is hidden wherever a stream is cut', () => {
  fc.assert(
    fc.property(secret, around, fc.array(fc.nat(60), { maxLength: 6 }), (value, before, cuts) => {
      const whole = `${before}\u0001${value}\u0001${before}${Buffer.from(value).toString('hex')}.`;
      const masker = maskerOf(value);
      const stream = masker.stream();
      const places = [...new Set(cuts.map((cut) => Math.min(cut, whole.length)))].sort((a, b) => a - b);
      const pieces = [0, ...places].map((from, index) => whole.slice(from, places[index] ?? whole.length));
      const shown = pieces.map((piece) => stream.push(piece)).join('') + stream.end();
      expect(shown).toBe(masker.mask(whole));
    }),
  );
});

test('masking passes over a text once, however many secrets there are', () => {
  const text = 'a line of output of some command, with nothing in it\n'.repeat(20_000);
  const secretOf = (index: number) => Array.from({ length: 20 }, (_, part) => `${index}~${part}~secret`).join('');
  const time = (count: number) => {
    const masker = maskerOf(...Array.from({ length: count }, (_, index) => secretOf(index)));
    masker.mask(text);
    const from = performance.now();
    for (let round = 0; round < 3; round += 1) masker.mask(text);
    return performance.now() - from;
  };
  expect(time(40)).toBeLessThan(time(1) * 10 + 50);
});
