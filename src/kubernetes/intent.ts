import type { KubernetesObject } from './object.ts';

/**
 * What somebody wants of an object: without its status and what the server counts or sets in its metadata. Two of them are
 * equal when nothing that a person or a controller wrote differs.
 */
export function intentOf(object: KubernetesObject): Record<string, unknown> {
  const { status: _, metadata, apiVersion: __, kind: ___, ...rest } = object;
  const { managedFields, resourceVersion, generation, creationTimestamp, uid, ...kept } = metadata;
  const { selfLink: ____, ...shown } = kept as typeof kept & { selfLink?: string };
  return { ...rest, metadata: shown };
}
