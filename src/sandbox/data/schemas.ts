import { readData } from './read-data.ts';
import { createNode, type RawSchema, type SchemaNode } from './schema-node.ts';

/** Where the OpenAPI document of a path lies among all of them, e.g. `apis/apps/v1`. */
export interface DocumentEntry {
  path: string;
  /** As in `?hash=` and `ETag`. */
  hash: string;
  bytes: number;
}

interface Written {
  documents: DocumentEntry[];
  kinds: Record<string, string>;
  definitions: Record<string, RawSchema>;
  types: Record<string, string>;
  embedded: Record<string, string>;
}

/** Structs of Go that encode themselves: nothing of their insides is known, and all of it is kept. */
const opaque = new Set([
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  'io.k8s.apimachinery.pkg.runtime.RawExtension',
]);

let written: Written | undefined;
const nodes = new Map<string, SchemaNode | undefined>();

function read(): Written {
  written ??= JSON.parse(readData('schemas.json').toString()) as Written;
  return written;
}

/** The schema of a kind of Kubernetes' own, e.g. of `apps/v1 Deployment`; undefined for what has none. */
export function schemaOf(about: { group: string; version: string; kind: string }): SchemaNode | undefined {
  const name = read().kinds[`${about.group}/${about.version}/${about.kind}`];
  return name === undefined ? undefined : definitionNode(name);
}

/** A definition by its whole name, e.g. `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`. */
export function definitionNode(name: string): SchemaNode | undefined {
  if (nodes.has(name)) return nodes.get(name);
  const raw = read().definitions[name];
  const marked = opaque.has(name) ? { ...raw, 'x-kubernetes-preserve-unknown-fields': true } : raw;
  const node = marked && createNode(marked, definitionNode, name);
  nodes.set(name, node);
  return node;
}

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** The schema of a custom resource: what its definition says, and the metadata that every object has. */
export function customSchema(openApiSchema: RawSchema | undefined): SchemaNode {
  const root = openApiSchema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const properties = {
    ...root.properties,
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { $ref: `#/components/schemas/${objectMeta}` },
  };
  return createNode({ ...root, properties }, definitionNode);
}

export function documentEntries(): readonly DocumentEntry[] {
  return read().documents;
}

/** The Go type of a definition's field, as far as it is not the one that its schema suggests: `v1.RestartPolicy` for a string. */
export function goTypeOf(definition: string, field: string): string | undefined {
  return read().types[`${definition}.${field}`];
}

/** The struct that is embedded in a definition's and holds the field: `ProbeHandler` for a probe's `httpGet`. */
export function embeddedStructOf(definition: string, field: string): string | undefined {
  return read().embedded[`${definition}.${field}`];
}
