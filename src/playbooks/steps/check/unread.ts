import type { ASTNode } from '@marcbachmann/cel-js';
import { findTemplates, parseExpression } from '../../../base/expressions.ts';

/** Why something that expressions rest on is not known; undefined when all of it is. Throws for what is no expression. */
export function unreadOf(
  expressions: readonly (string | undefined)[],
  errors: Readonly<Record<string, string>>,
): string | undefined {
  const failed = Object.entries(errors);
  if (failed.length === 0) return undefined;
  const names = new Set<unknown>();
  for (const expression of expressions.flatMap(sourcesOf)) addNames(parseExpression(expression), names);
  return failed.find(([name]) => names.has(name))?.[1];
}

/** An expression may also stand in `${{ }}`. */
function sourcesOf(written: string | undefined): string[] {
  if (written === undefined) return [];
  return written.includes('${' + '{') ? findTemplates(written).map(({ source }) => source) : [written];
}

/** Variables, and neither fields nor texts of the same name. */
function addNames(node: unknown, names: Set<unknown>): void {
  if (Array.isArray(node)) for (const item of node) addNames(item, names);
  else if (isNode(node) && node.op === 'id') names.add(node.args);
  else if (isNode(node)) addNames(node.args, names);
}

function isNode(value: unknown): value is ASTNode {
  return value !== null && typeof value === 'object' && 'op' in value && 'args' in value;
}
