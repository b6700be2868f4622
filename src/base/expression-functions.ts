import type { Environment } from '@marcbachmann/cel-js';

export interface ExpressionFunction {
  /** As CEL declares it: `cpu(string): double`, `list.sum(): double`. */
  signature: string;
  // biome-ignore lint/suspicious/noExplicitAny: the signature says what the arguments are; CEL checks it.
  run: (...args: any[]) => unknown;
}

type Arithmetic = (left: number, right: number) => number;

const arithmetic: Record<string, Arithmetic> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
};

/** Kubernetes' list and string functions that the library lacks, and rounding for texts. */
const always: readonly ExpressionFunction[] = [
  {
    signature: 'list.sum(): double',
    run: (list: unknown[]) => list.reduce<number>((sum, item) => sum + Number(item), 0),
  },
  { signature: 'list.min(): dyn', run: (list: unknown[]) => extreme(list, (left, right) => left < right) },
  { signature: 'list.max(): dyn', run: (list: unknown[]) => extreme(list, (left, right) => left > right) },
  // As in cel-go's extensions: one level.
  { signature: 'list.flatten(): list', run: (list: unknown[]) => list.flat() },
  {
    signature: 'string.replace(string, string): string',
    run: (text: string, from: string, to: string) => text.split(from).join(to),
  },
  { signature: 'round(double): double', run: (value: number) => Math.round(value) },
  { signature: 'round(int): double', run: (value: bigint) => Number(value) },
  { signature: 'round(double, int): double', run: (value: number, digits: bigint) => rounded(value, digits) },
  { signature: 'round(int, int): double', run: (value: bigint, digits: bigint) => rounded(Number(value), digits) },
];

/** Adds the functions that every expression has, the given ones, and arithmetic between doubles and integers. */
export function registerFunctions(environment: Environment, functions: readonly ExpressionFunction[]): void {
  for (const [operator, apply] of Object.entries(arithmetic)) {
    environment.registerOperator(`double ${operator} int`, (left: number, right: bigint) => apply(left, Number(right)));
    environment.registerOperator(`int ${operator} double`, (left: bigint, right: number) => apply(Number(left), right));
  }
  environment.registerOperator('double == int', (left: number, right: bigint) => left === Number(right));
  for (const { signature, run } of [...always, ...functions]) environment.registerFunction(nameInside(signature), run);
}

function extreme(list: unknown[], better: (left: number, right: number) => boolean): unknown {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('an empty list has no smallest or largest item');
  return rest.reduce((best, item) => (better(Number(item), Number(best)) ? item : best), first);
}

function rounded(value: number, digits: bigint): number {
  const factor = 10 ** Math.min(12, Number(digits));
  return Math.round(value * factor) / factor;
}

// See `withShadowed`.
function nameInside(signature: string): string {
  return signature.replace(/^bytes\(/, 'bytez(');
}
