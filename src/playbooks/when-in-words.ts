import type { ASTNode } from '@marcbachmann/cel-js';
import { ExpressionError, parseExpression } from '../base/expressions.ts';

const comparisons: Readonly<Record<string, string>> = {
  '==': 'is',
  '!=': 'is not',
  '>': 'is more than',
  '>=': 'is at least',
  '<': 'is less than',
  '<=': 'is at most',
};

/**
 * A step's `when` for people: `inputs.way != "file" && steps.look.outputs.found` becomes “way is not file and step look says
 * found”. What is more than choices and comparisons stays CEL.
 */
export function whenInWords(expression: string): string {
  try {
    return clause(parseExpression(expression)) ?? expression;
  } catch (error) {
    if (error instanceof ExpressionError) return expression;
    throw error;
  }
}

function clause(node: ASTNode, negated = false): string | undefined {
  if (node.op === '!_') return clause(node.args, !negated);
  if (node.op === '&&' || node.op === '||') return negated ? undefined : joined(node.op, node.args);
  if (node.op === 'in') return served(node.args, negated);
  const [left, right] = isComparison(node) ? node.args : [];
  if (left && right) return negated ? undefined : comparison(node.op, left, right);
  const path = pathOf(node);
  if (path === 'cluster.sandbox') return negated ? 'it is no sandbox' : 'it is the sandbox';
  const [root, first, outputs, last] = path?.split('.') ?? [];
  if (root === 'inputs' && first !== undefined && outputs === undefined) return `${first} is ${negated ? 'no' : 'yes'}`;
  if (root !== 'steps' || outputs !== 'outputs' || last === undefined) return undefined;
  return `step ${first} ${negated ? 'does not say' : 'says'} ${last}`;
}

function joined(op: '&&' | '||', parts: [ASTNode, ASTNode]): string | undefined {
  const said = parts.map((part) => {
    const text = clause(part);
    return text !== undefined && part.op === (op === '&&' ? '||' : '&&') ? `(${text})` : text;
  });
  return said.includes(undefined) ? undefined : said.join(op === '&&' ? ' and ' : ' or ');
}

function comparison(op: string, left: ASTNode, right: ASTNode): string | undefined {
  const name = operand(left);
  const value = operand(right);
  if (name === undefined || value === undefined) return undefined;
  if (value !== '') return `${name} ${comparisons[op]} ${value}`;
  return op === '==' ? `${name} is left empty` : `${name} is given`;
}

/** `"monitoring.coreos.com/v1" in cluster.apis`. */
function served([api, list]: [ASTNode, ASTNode], negated: boolean): string | undefined {
  if (api.op !== 'value' || pathOf(list) !== 'cluster.apis') return undefined;
  return `the cluster ${negated ? 'does not serve' : 'serves'} ${String(api.args)}`;
}

function isComparison(node: ASTNode): node is Extract<ASTNode, { op: '==' | '!=' | '>' | '>=' | '<' | '<=' }> {
  return Object.hasOwn(comparisons, node.op);
}

/** A constant, an input or what a step puts out. */
function operand(node: ASTNode): string | undefined {
  if (node.op === 'value') return node.args === null ? undefined : String(node.args);
  const [root, first, outputs, last] = pathOf(node)?.split('.') ?? [];
  if (root === 'inputs' && outputs === undefined) return first;
  return root === 'steps' && outputs === 'outputs' && last !== undefined ? `${last} of step ${first}` : undefined;
}

function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const above = pathOf(node.args[0]);
  return above === undefined ? undefined : `${above}.${node.args[1]}`;
}
