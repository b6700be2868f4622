import type { KubernetesObject } from '../../kubernetes/object.ts';
import { toVersion } from './conversion.ts';
import type { ApiRequest } from './request.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { tableOf } from './tables/table.ts';

export interface ListMeta {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/** How a client wants to see objects: whole, as metadata only, or as a Table. */
export interface Presentation {
  /** Equal for presentations that give equal bytes. */
  readonly key: string;
  /** The media type of a watch. */
  readonly streamType: string;
  one(object: KubernetesObject): unknown;
  list(objects: readonly KubernetesObject[], meta: ListMeta): unknown;
  /** The object of a watch event; `first` asks a Table for its column definitions. */
  event(object: KubernetesObject, first: boolean): unknown;
}

/** By the `Accept` header; the first media type that is known here wins, plain JSON is the rest. */
export function presentationOf({
  accept,
  query,
  resource,
}: Pick<ApiRequest, 'accept' | 'query' | 'resource'>): Presentation {
  for (const range of accept.split(',')) {
    const parameters = range.split(';').map((part) => part.trim());
    if (parameters.includes('as=Table')) return asTable(resource, query.get('includeObject') ?? 'Metadata');
    if (parameters.includes('as=PartialObjectMetadata') || parameters.includes('as=PartialObjectMetadataList'))
      return asMetadata(resource);
    if (['application/json', '*/*', 'application/*'].includes(parameters[0] ?? '')) break;
  }
  return asObjects(resource);
}

function asObjects(resource: Resource): Presentation {
  const apiVersion = apiVersionOf(resource);
  const one = (object: KubernetesObject) => toVersion(object, resource);
  return {
    key: `object ${apiVersion}`,
    streamType: 'application/json',
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

function partialMetadata(object: KubernetesObject) {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function asMetadata(_: Resource): Presentation {
  return {
    key: 'metadata',
    streamType: 'application/json',
    one: partialMetadata,
    list: (objects, metadata) => ({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      items: objects.map(partialMetadata),
    }),
    event: partialMetadata,
  };
}

function asTable(resource: Resource, include: string): Presentation {
  const rowObject = (object: KubernetesObject) => {
    if (include === 'None') return undefined;
    return include === 'Object' ? toVersion(object, resource) : partialMetadata(object);
  };
  return {
    key: `table ${include} ${apiVersionOf(resource)}`,
    streamType: 'application/json',
    one: (object) => tableOf(resource, [object], versionOf(object), rowObject),
    list: (objects, meta) => tableOf(resource, objects, meta, rowObject),
    event: (object, first) => tableOf(resource, [object], versionOf(object), rowObject, first),
  };
}

function versionOf(object: KubernetesObject): ListMeta {
  return { resourceVersion: object.metadata.resourceVersion ?? '' };
}
