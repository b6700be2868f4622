import type { ASTNode } from '@marcbachmann/cel-js';

/** One name of a chain such as `steps.databases.outputs.objects`, with its place in the expression. */
export interface ReferenceName {
  name: string;
  start: number;
  end: number;
}

/** The variables whose fields are known before anything runs. */
const roots = ['inputs', 'steps', 'system', 'cluster', 'run'] as const;

/** What an expression reads of a variable of the playbook: `inputs.tag`, `steps["wait-for-it"].outputs.objects`. */
export interface Reference {
  root: (typeof roots)[number];
  /** As far as they are known before it runs; none where the variable is used as a whole. */
  names: readonly ReferenceName[];
}

/** What an expression reads of the playbook's inputs and of other steps. */
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
  // What is below a chain is the chain itself, but for keys that are expressions.
  if (reference) for (const key of keysOf(node)) visit(key, found);
  else visit(node.args, found);
}

function asReference(node: ASTNode): Reference | undefined {
  if (node.op === 'id') return isRoot(node.args) ? { root: node.args, names: [] } : undefined;
  if (!isAccess(node)) return undefined;
  const [object, key] = node.args;
  const before = asReference(object);
  if (!before) return undefined;
  const name = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined;
  // A key that only the run knows ends what can be said of the chain.
  if (typeof name !== 'string' || before.names.length < depthOf(object)) return before;
  // A selected name is marked alone, an indexed one with its brackets.
  const start = typeof key === 'string' ? node.end - name.length : object.end;
  return { root: before.root, names: [...before.names, { name, start, end: node.end }] };
}

function isRoot(name: unknown): name is Reference['root'] {
  return roots.some((root) => root === name);
}

/** The computed keys of a chain. */
function keysOf(node: ASTNode): ASTNode[] {
  if (!isAccess(node)) return [];
  const [object, key] = node.args;
  return [...keysOf(object), ...(typeof key === 'string' ? [] : [key])];
}

function depthOf(node: ASTNode): number {
  return isAccess(node) ? 1 + depthOf(node.args[0]) : 0;
}

type Access = ASTNode & { args: [ASTNode, ASTNode | string] };

function isAccess(node: ASTNode): node is Access {
  return node.op === '.' || node.op === '.?' || node.op === '[]' || node.op === '[?]';
}

function isNode(value: unknown): value is ASTNode {
  return value !== null && typeof value === 'object' && 'op' in value && 'args' in value;
}
