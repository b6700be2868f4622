import type { ASTNode } from '@marcbachmann/cel-js';

/** `inputs.tag` or `steps["wait-for-it"]`, with its place in the expression. */
export interface Reference {
  root: 'inputs' | 'steps';
  name: string;
  start: number;
  end: number;
}

/** What an expression reads of the playbook's inputs and of earlier steps. */
export function referencesIn(tree: ASTNode): Reference[] {
  const found: Reference[] = [];
  visit(tree, found);
  return found;
}

function visit(node: unknown, found: Reference[]): void {
  if (Array.isArray(node)) for (const item of node) visit(item, found);
  if (!isNode(node)) return;
  const reference = asReference(node);
  if (reference) found.push(reference);
  visit(node.args, found);
}

function asReference(node: ASTNode): Reference | undefined {
  if (node.op !== '.' && node.op !== '.?' && node.op !== '[]' && node.op !== '[?]') return undefined;
  const [object, key] = node.args;
  if (object.op !== 'id' || (object.args !== 'inputs' && object.args !== 'steps')) return undefined;
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined;
  if (typeof name !== 'string') return undefined;
  // A selected name is marked alone, an indexed one with its brackets.
  const start = typeof key === 'string' ? node.end - name.length : object.end;
  return { root: object.args, name, start, end: node.end };
}

function isNode(value: unknown): value is ASTNode {
  return value !== null && typeof value === 'object' && 'op' in value && 'args' in value;
}
