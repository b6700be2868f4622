import type { ASTNode } from '@marcbachmann/cel-js';

/** Functions whose time grows no faster than what they are given; `matches`, `replace` and everything that goes through a list is not. */
const quick: ReadonlySet<string> = new Set([
  ...['has', 'size', 'string', 'int', 'uint', 'double', 'bool', 'dyn', 'type', 'round', 'cpu', 'bytes', 'bytez'],
  ...['startsWith', 'endsWith', 'contains', 'orValue', 'or', 'hasValue', 'value', 'sum', 'min', 'max'],
]);

/**
 * Whether an expression can take so long that somebody has to watch over it: it goes through lists by a rule of its own, or
 * compares with a pattern. Most read a field and compare it; watching over these would cost more than they do.
 */
export function mayTakeLong({ op, args }: ASTNode): boolean {
  if ((op === 'call' || op === 'rcall') && !quick.has(args[0])) return true;
  return nodesIn(args).some(mayTakeLong);
}

function nodesIn(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(nodesIn);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
