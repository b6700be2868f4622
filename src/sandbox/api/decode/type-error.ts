import type { SchemaNode } from '../../data/schema-node.ts';
import { embeddedStructOf, goTypeOf } from '../../data/schemas.ts';

/** One step into an object: a struct's field, a key of a map or an item of a list, and what is known of it. */
export interface Step {
  field?: string;
  key?: string;
  index?: number;
  owner?: SchemaNode;
  node?: SchemaNode;
}

/** A value that does not fit the type of its field, in the words of Go's decoder. */
export class TypeFault extends Error {
  /** In the words of who makes a struct of the maps that a strategic merge leaves; undefined where they are the same. */
  readonly restoring: string | undefined;

  constructor(message: string, restoring?: string) {
    super(message);
    this.restoring = restoring;
  }
}

/**
 * The fault of a value at the end of a path, e.g. `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of
 * type int32` (`sigs.k8s.io/json/internal/golang/encoding/json/decode.go`). Lists and maps add nothing to the path, embedded structs do.
 */
export function typeError(path: readonly Step[], value: unknown, type = typeAt(path)): TypeFault {
  const fields = path.filter((step) => step.owner);
  const owner = fields.at(-1)?.owner;
  const names = fields.flatMap(({ owner: holder, field = '' }) => {
    const embedded = holder?.definition && embeddedStructOf(holder.definition, field);
    return embedded ? [embedded, field] : [field];
  });
  const struct = owner?.definition?.split('.').at(-1) ?? '';
  return new TypeFault(
    `json: cannot unmarshal ${wordFor(value, type)} into Go struct field ${struct}.${names.join('.')} of type ${type}`,
    restoringFault(path.at(-1)?.node, value, type),
  );
}

/** `apimachinery/pkg/runtime/converter.go fromUnstructured` */
function restoringFault(node: SchemaNode | undefined, value: unknown, type: string): string | undefined {
  if (!node || node.intOrString) return undefined;
  const kind = kindOf(value);
  if (node.type === 'array') return `cannot restore slice from ${kind}`;
  if (node.type === 'object')
    return node.additionalProperties ? `cannot restore map from ${kind}` : `cannot restore struct from: ${kind}`;
  const converts = node.type === 'string' ? kind === 'int64' : node.type === 'integer' && kind === 'float64';
  return converts ? `cannot convert ${kind} to ${type}` : `unrecognized type: ${schemaType(node)}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'string' ? 'string' : 'map';
}

function wordFor(value: unknown, type: string): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' && /^u?int\d+$/.test(type) ? `number ${value}` : typeof value;
}

/** The Go type of what is at the end of a path. */
function typeAt(path: readonly Step[]): string {
  const at = path.findLastIndex((step) => step.owner);
  const { owner, node, field = '' } = path[at] ?? {};
  let type = (owner?.definition && goTypeOf(owner.definition, field)) ?? (node ? schemaType(node) : 'interface {}');
  for (const { node: below } of path.slice(at + 1)) {
    const inner = /^(?:\[\]|map\[[^\]]+\])(.+)$/.exec(type)?.[1];
    type = inner ?? (below ? schemaType(below) : type);
  }
  return type;
}

function schemaType(node: SchemaNode): string {
  if (node.intOrString) return 'int32';
  if (node.format === 'date-time') return 'string';
  if (node.definition) return node.definition.split('.').slice(-2).join('.');
  if (node.type === 'array') return `[]${node.items ? schemaType(node.items) : 'interface {}'}`;
  if (node.type === 'object')
    return `map[string]${node.additionalProperties ? schemaType(node.additionalProperties) : 'interface {}'}`;
  if (node.type === 'integer') return node.format ?? 'int64';
  if (node.type === 'boolean') return 'bool';
  return node.type === 'number' ? 'float64' : 'string';
}
