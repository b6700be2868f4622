import { isIP, isIPv4 } from 'node:net';
import { type Check, textOf } from './checks.ts';
import { unknownValue } from './faults.ts';

const notAddress = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** `apimachinery/pkg/util/validation/ip.go IsValidIP` */
export const address: Check = (value, path, faults) => {
  if (isIP(textOf(value)) === 0) faults.push(unknownValue(path, textOf(value), notAddress));
};

/** `IsValidCIDR` */
export const addressRange: Check = (value, path, faults) => {
  if (!isRange(textOf(value)))
    faults.push(unknownValue(path, textOf(value), 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
};

function isRange(text: string): boolean {
  const [start = '', bits = '', ...more] = text.split('/');
  const most = isIP(start) === 4 ? 32 : 128;
  return isIP(start) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most && more.length === 0;
}

/** Addresses that lead nowhere else (`ValidateNonSpecialIP` of `pkg/apis/core/validation/validation.go`). */
export const ordinaryAddress: Check = (value, path, faults) => {
  const text = textOf(value);
  const refuse = (why: string) => faults.push(unknownValue(path, text, why));
  if (text === '0.0.0.0' || text === '::') refuse(`may not be unspecified (${text})`);
  if (/^127\./.test(text) || text === '::1') refuse('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (/^169\.254\./.test(text) || /^fe[89ab]/i.test(text))
    refuse('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (/^224\.0\.0\./.test(text) || /^ff02:/i.test(text))
    refuse('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
};

/** Whether an IPv4 range lies in another one; of others nothing is known. */
export function isInside(inner: string, outer: string): boolean {
  const [a, b] = [parsed(inner), parsed(outer)];
  if (!a || !b) return true;
  // Not by bits: a shift by 32, for a range of everything, is none.
  const size = 2 ** (32 - b.bits);
  return a.bits > b.bits && Math.floor(a.start / size) === Math.floor(b.start / size);
}

function parsed(range: string): { start: number; bits: number } | undefined {
  const [start = '', bits = ''] = range.split('/');
  if (!isIPv4(start)) return undefined;
  return { start: start.split('.').reduce((sum, part) => sum * 256 + Number(part), 0), bits: Number(bits) };
}
