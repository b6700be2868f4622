import type { KubernetesObject } from '../../kubernetes/object.ts';
import { toVersion } from './conversion.ts';
import { badRequest, StatusError } from './errors.ts';
import { negotiate, type Wanted } from './media-types.ts';
import type { ApiRequest } from './request.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { tableOf } from './tables/table.ts';

export interface ListMeta {
  /** Of what is stored. */
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

/** How a client wants to see objects: whole, as metadata only, or as a Table. */
export interface Presentation {
  /** Equal for presentations that give equal bytes. */
  readonly key: string;
  one(object: KubernetesObject): unknown;
  list(objects: readonly KubernetesObject[], meta: ListMeta): unknown;
  /** The object of a watch event; `first` asks a Table for its column definitions. */
  event(object: KubernetesObject, first: boolean): unknown;
}

/** By the `Accept` header. Throws 400 and 406 for what cannot be given. */
export function presentationOf({
  accept,
  query,
  resource,
}: Pick<ApiRequest, 'accept' | 'query' | 'resource'>): Presentation {
  const wanted = negotiate(accept);
  if (wanted.as === 'Table') return asTable(resource, query.get('includeObject') ?? '', wanted);
  return wanted.as === '' ? asObjects(resource) : asMetadata(resource, wanted);
}

function asObjects(resource: Resource): Presentation {
  const apiVersion = apiVersionOf(resource);
  const one = (object: KubernetesObject) => toVersion(object, resource);
  return {
    key: `object ${apiVersion}`,
    one,
    list: (objects, metadata) => ({
      kind: `${resource.kind}List`,
      apiVersion,
      metadata,
      items: objects.map(resource.custom ? one : (object) => untyped(one(object))),
    }),
    event: one,
  };
}

/** The items of Kubernetes' own lists do not say what they are; those of custom resources do. */
function untyped({ kind: _, apiVersion: __, ...rest }: KubernetesObject) {
  return rest;
}

function partialMetadata(object: KubernetesObject, version = 'v1') {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

function asMetadata(resource: Resource, { as, version }: Wanted): Presentation {
  const one = (object: KubernetesObject) => partialMetadata(object, version);
  return {
    key: `metadata ${version}`,
    one(object) {
      if (as === 'PartialObjectMetadata') return one(object);
      throw unfit(`you requested ${as}, but the requested object is not a list (${goType(resource)})`);
    },
    list(objects, metadata) {
      if (as === 'PartialObjectMetadata')
        throw unfit(`you requested ${as}, but the requested object is a list (${goType(resource)}List)`);
      const apiVersion = `meta.k8s.io/${version}`;
      return { kind: 'PartialObjectMetadataList', apiVersion, metadata, items: objects.map(one) };
    },
    event: one,
  };
}

function unfit(why: string): StatusError {
  return new StatusError(406, 'NotAcceptable', why);
}

/** `*core.ConfigMap`, as Go prints the type of its own form of an object. */
function goType({ group, kind, custom }: Resource): string {
  if (custom) return '*unstructured.Unstructured';
  return `*${group.split('.')[0] || 'core'}.${kind}`;
}

function asTable(resource: Resource, include: string, { version }: Wanted): Presentation {
  if (!['', 'Metadata', 'Object', 'None'].includes(include))
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
    );
  const rowObject = (object: KubernetesObject) => {
    if (include === 'None') return undefined;
    return include === 'Object' ? toVersion(object, resource) : partialMetadata(object, version);
  };
  const table = (objects: readonly KubernetesObject[], meta: ListMeta, first = true) => {
    const made = tableOf(resource, objects, meta, rowObject, first);
    return version === 'v1' ? made : { ...made, apiVersion: `meta.k8s.io/${version}` };
  };
  return {
    key: `table ${include} ${version} ${apiVersionOf(resource)}`,
    one: (object) => table([object], versionOf(object)),
    list: (objects, meta) => table(objects, meta),
    event: (object, first) => table([object], versionOf(object), first),
  };
}

function versionOf(object: KubernetesObject): ListMeta {
  const { resourceVersion } = object.metadata;
  return resourceVersion === undefined ? {} : { resourceVersion };
}
