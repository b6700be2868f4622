import { findResource, type ObjectRef, servesKind } from '../../cluster/resources.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { PreviewContext } from '../step-kind.ts';

type Surroundings = Pick<PreviewContext, 'connection' | 'namespace'>;

/**
 * An object with the namespace that it is in: the run's where its manifest leaves that open, none for what is in no namespace. Of a
 * kind that the cluster does not have nothing is known, and it stays as it is written.
 */
export async function inItsPlace(object: KubernetesObject, context: Surroundings): Promise<KubernetesObject> {
  const { apiVersion, kind, metadata } = object;
  const { namespace: _, ...rest } = metadata;
  return { ...object, metadata: { ...rest, ...(await placeOf({ apiVersion, kind, ...metadata }, context)) } };
}

/** The namespace in which an object is, as it stands beside its name. */
export async function placeOf(
  { apiVersion, kind, namespace: written }: ObjectRef,
  { connection, namespace }: Surroundings,
): Promise<{ namespace?: string }> {
  const named = written === undefined ? {} : { namespace: written };
  if (!(await servesKind(connection, apiVersion, kind))) return named;
  const { namespaced } = await findResource(connection, apiVersion, kind);
  return namespaced ? { namespace: written ?? namespace } : {};
}
