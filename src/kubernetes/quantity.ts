import { Problem } from '../base/errors.ts';

/**
 * Quantities as Kubernetes writes them (`staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go`): a decimal number
 * with a decimal suffix (n u m k M G T P E), a binary one (Ki Mi Gi Ti Pi Ei) or an exponent (`1e3`).
 */
const decimalSuffixes: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binarySuffixes: readonly string[] = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const form = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/;

/** Exact: `numerator / 10^scale`. Throws a `Problem` for what is not a quantity. */
function readExactly(quantity: string | number): { numerator: bigint; scale: number } {
  const text = typeof quantity === 'number' ? plainNumber(quantity) : quantity.trim();
  const match = form.exec(text);
  if (!match)
    throw new Problem(`\`${text}\` is not a quantity`, { next: ['Write a number with a unit: 500m, 2, 512Mi, 20Gi'] });
  const [, sign, number = '', suffix = '', exponent] = match;
  const [whole = '', fraction = ''] = number.split('.');
  let numerator = BigInt(`${whole}${fraction}` || '0');
  if (sign === '-') numerator = -numerator;
  let scale = fraction.length;
  const binary = binarySuffixes.indexOf(suffix);
  if (binary >= 0) numerator *= 1024n ** BigInt(binary + 1);
  else scale -= exponent === undefined ? (decimalSuffixes[suffix] ?? 0) : Number(exponent);
  if (scale < 0) return { numerator: numerator * 10n ** BigInt(-scale), scale: 0 };
  return { numerator, scale };
}

function plainNumber(value: number): string {
  return Number.isFinite(value) ? String(value).replace('e+', 'e') : String(value);
}

/** The plain number: `500m` → 0.5, `1Ki` → 1024. Throws a `Problem` for what is not a quantity. */
export function parseQuantity(quantity: string | number): number {
  const { numerator, scale } = readExactly(quantity);
  // Both parts are exact in a double for every size that occurs, so that the quotient is the nearest double.
  return Number(numerator) / 10 ** scale;
}

/** Cores: `500m` → 0.5. Throws a `Problem`. */
export function parseCpu(quantity: string | number): number {
  return parseQuantity(quantity);
}

/** Bytes: `512Mi` → 536870912. Throws a `Problem`. */
export function parseBytes(quantity: string | number): number {
  return parseQuantity(quantity);
}

/** Thousandths, rounded away from zero as `Quantity.MilliValue` does: the autoscaler and the scheduler count CPU so. */
export function milliValue(quantity: string | number): number {
  const { numerator, scale } = readExactly(quantity);
  return roundUp(numerator * 1000n, 10n ** BigInt(scale));
}

/** Whole units, rounded away from zero as `Quantity.Value` does. */
export function wholeValue(quantity: string | number): number {
  const { numerator, scale } = readExactly(quantity);
  return roundUp(numerator, 10n ** BigInt(scale));
}

function roundUp(numerator: bigint, denominator: bigint): number {
  const whole = numerator / denominator;
  const rest = numerator % denominator;
  if (rest === 0n) return Number(whole);
  return Number(numerator > 0n ? whole + 1n : whole - 1n);
}

/** Cores as `kubectl top` prints them: `412m`. */
export function formatCpu(cores: number): string {
  return `${Math.round(cores * 1000)}m`;
}

/** Bytes in the largest binary unit that they fill: `310Mi`, `1.5Gi`, `16Gi`; one decimal below ten. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = -1;
  while (Math.abs(value) >= 1024 && unit < binarySuffixes.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const rounded = unit > 0 && Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value);
  return `${rounded}${unit < 0 ? '' : binarySuffixes[unit]}`;
}

/** The canonical decimal form, without a fraction: 0.5 → `500m`, 2 → `2`, 1500 → `1500`, 2000 → `2k`. */
export function decimalQuantity(value: number): string {
  const milli = Math.round(value * 1000);
  if (milli % 1000 !== 0) return `${milli}m`;
  let whole = milli / 1000;
  let suffix = '';
  for (const larger of ['k', 'M', 'G', 'T', 'P', 'E']) {
    if (whole === 0 || whole % 1000 !== 0) break;
    whole /= 1000;
    suffix = larger;
  }
  return `${whole}${suffix}`;
}

/** The canonical binary form, without a fraction: 1.5 Gi → `1536Mi`. */
export function binaryQuantity(bytes: number): string {
  let whole = Math.round(bytes);
  let suffix = '';
  for (const larger of binarySuffixes) {
    if (whole === 0 || whole % 1024 !== 0) break;
    whole /= 1024;
    suffix = larger;
  }
  return `${whole}${suffix}`;
}
