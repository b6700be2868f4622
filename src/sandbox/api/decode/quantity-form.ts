import { TypeFault } from './type-error.ts';

const form = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/;
const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const wrong = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Few are in use at a time; the size keeps a hostile client from filling the memory. */
const known = new Map<string, string>();
const most = 2_000;

/**
 * A quantity as the API server writes it again: `1000m` is `1`, `1024Mi` is `1Gi`, `0.5` is `500m`, and what is as short as can
 * be stays as it is (`apimachinery/pkg/api/resource/quantity.go ParseQuantity, CanonicalizeBytes`). Throws a `TypeFault`.
 */
export function canonicalQuantity(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw new TypeFault(wrong);
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = canonical(text.trim());
  if (known.size > most) known.clear();
  known.set(text, made);
  return made;
}

function canonical(text: string): string {
  const match = form.exec(text);
  if (!match) throw new TypeFault(wrong);
  const [, sign = '', digits = '', suffix = '', exponent] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const shown = `${whole.replace(/^0+(?=.)/, '')}${fraction}`;
  const number = BigInt(shown || '0');
  if (number === 0n) return '0';
  const isBinary = suffix.endsWith('i');
  const power = exponent === undefined ? (decimal.indexOf(suffix) - 3) * 3 : Number(exponent);
  const isShort = isBinary
    ? fraction === '' && number % 8n !== 0n
    : (power - fraction.length) % 3 === 0 && power - fraction.length >= -9 && !/^0|000$/.test(shown);
  if (isShort && shown.length < 16) return text;
  const amount = isBinary
    ? { number: number * 1024n ** BigInt(binary.indexOf(suffix)), power: -fraction.length }
    : { number, power: power - fraction.length };
  const billionths = scaled(amount.number, amount.power + 9);
  const minus = sign === '-' ? '-' : '';
  const isWhole = billionths % 1_000_000_000n === 0n;
  if (isBinary && isWhole && billionths >= 1024n * 1_000_000_000n)
    return minus + binaryForm(billionths / 1_000_000_000n);
  return minus + decimalForm(billionths, exponent !== undefined);
}

/** A number times a power of ten; what is less than one is rounded up, as too small amounts are. */
function scaled(number: bigint, power: number): bigint {
  if (power >= 0) return number * 10n ** BigInt(Math.min(power, 40));
  const divisor = 10n ** BigInt(Math.min(-power, 400));
  return (number + divisor - 1n) / divisor;
}

function binaryForm(bytes: bigint): string {
  let value = bytes;
  let at = 0;
  for (; at < binary.length - 1 && value % 1024n === 0n; at++) value /= 1024n;
  return `${value}${binary[at]}`;
}

function decimalForm(billionths: bigint, exponential: boolean): string {
  let value = billionths;
  let at = 0;
  for (; at < decimal.length - 1 && value % 1000n === 0n; at++) value /= 1000n;
  const power = (at - 3) * 3;
  return exponential ? `${value}${power === 0 ? '' : `e${power}`}` : `${value}${decimal[at]}`;
}
