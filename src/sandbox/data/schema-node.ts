/** A schema as OpenAPI writes it, with the extensions of Kubernetes. */
export interface RawSchema {
  type?: string;
  format?: string;
  properties?: Record<string, RawSchema>;
  items?: RawSchema;
  additionalProperties?: RawSchema | boolean;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  nullable?: boolean;
  allOf?: RawSchema[];
  $ref?: string;
  [extension: string]: unknown;
}

/**
 * What is known of a value: from Kubernetes' own OpenAPI, or from the structural schema of a CustomResourceDefinition. Nodes below
 * are made when they are first asked for, and kept; a reference is followed, so that a node may be its own descendant.
 */
export interface SchemaNode {
  /** Undefined for what may be of several types (`Quantity`, `int-or-string`) or of any. */
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | undefined;
  /** `int32`, `int64`, `double`, `byte`, `date-time`, `int-or-string` */
  readonly format: string | undefined;
  /** The name of the definition that this is, e.g. `io.k8s.api.apps.v1.DeploymentSpec`; undefined for what has no name. */
  readonly definition: string | undefined;
  /** By field name; empty for what is not a struct. */
  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly items: SchemaNode | undefined;
  /** Of the values of a map whose keys are the user's. */
  readonly additionalProperties: SchemaNode | undefined;
  readonly required: readonly string[];
  readonly enum: readonly unknown[] | undefined;
  readonly default: unknown;
  readonly nullable: boolean;
  readonly intOrString: boolean;
  /** `merge`, `replace`, `retainKeys`, `merge,retainKeys`: strategic merge patches. */
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey: string | undefined;
  readonly listType: 'map' | 'set' | 'atomic' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'atomic' | 'granular' | undefined;
  /** Unknown fields are kept: they are part of the value. */
  readonly preserveUnknownFields: boolean;
  /** A whole object with apiVersion, kind and metadata. */
  readonly embeddedResource: boolean;
  /** All that was written, e.g. `pattern` or `x-kubernetes-validations`; references are not followed. */
  readonly raw: RawSchema;
}

/** Looks up the definition that a `$ref` names. */
export type Resolve = (definition: string) => SchemaNode | undefined;

/** Any value at all. */
const anyNode: SchemaNode = createNode({ 'x-kubernetes-preserve-unknown-fields': true }, () => undefined);

/** The node of a written schema. `definition` is the name of the definition that it is. */
export function createNode(raw: RawSchema, resolve: Resolve, definition?: string): SchemaNode {
  const referred = raw.$ref ?? (raw.allOf?.length === 1 ? raw.allOf[0]?.$ref : undefined);
  const target = referred === undefined ? undefined : resolve(referred.slice(referred.lastIndexOf('/') + 1));
  const child = (schema: RawSchema | boolean | undefined) =>
    schema === undefined || schema === false
      ? undefined
      : schema === true || Object.keys(schema).length === 0
        ? anyNode
        : createNode(schema, resolve);
  const lazy = <T>(make: () => T): (() => T) => {
    let made: { value: T } | undefined;
    return () => {
      made ??= { value: make() };
      return made.value;
    };
  };
  const properties = lazy(() => childrenOf(raw.properties, resolve));
  const items = lazy(() => child(raw.items));
  const additional = lazy(() => child(raw.additionalProperties));
  return {
    type: (raw.type as SchemaNode['type']) ?? target?.type,
    format: raw.format ?? target?.format,
    definition: definition ?? target?.definition,
    get properties() {
      return target?.properties ?? properties();
    },
    get items() {
      return target?.items ?? items();
    },
    get additionalProperties() {
      return target?.additionalProperties ?? additional();
    },
    required: raw.required ?? target?.required ?? [],
    enum: raw.enum ?? target?.enum,
    default: raw.default ?? target?.default,
    nullable: raw.nullable ?? false,
    ...extensionsOf(raw, target),
    raw,
  };
}

function childrenOf(properties: Record<string, RawSchema> = {}, resolve: Resolve): ReadonlyMap<string, SchemaNode> {
  return new Map(Object.entries(properties).map(([name, schema]) => [name, createNode(schema, resolve)]));
}

function extensionsOf(raw: RawSchema, target: SchemaNode | undefined) {
  const own = <T>(name: string) => raw[`x-kubernetes-${name}`] as T | undefined;
  const strategy = own<string>('patch-strategy');
  const format = raw.format ?? target?.format;
  return {
    intOrString: own<boolean>('int-or-string') ?? (target?.intOrString || format === 'int-or-string'),
    patchStrategy: strategy?.split(',') ?? [],
    patchMergeKey: own<string>('patch-merge-key'),
    listType: own<SchemaNode['listType']>('list-type') ?? target?.listType,
    listMapKeys: own<string[]>('list-map-keys') ?? target?.listMapKeys ?? [],
    mapType: own<SchemaNode['mapType']>('map-type') ?? target?.mapType,
    preserveUnknownFields: own<boolean>('preserve-unknown-fields') ?? target?.preserveUnknownFields ?? false,
    embeddedResource: own<boolean>('embedded-resource') ?? target?.embeddedResource ?? false,
  };
}
