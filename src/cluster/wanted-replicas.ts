import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { hasStatus } from './kubernetes-error.ts';
import { type ObjectRef, pathOf } from './resources.ts';

/** How many replicas are wanted of a workload now, by its scale subresource; undefined when it does not exist. */
export async function wantedReplicas(
  connection: Connection,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<number | undefined> {
  try {
    const { body } = await connection.request<KubernetesObject>({
      path: `${await pathOf(connection, ref)}/scale`,
      signal,
    });
    // Nought is left out of the answer.
    return (body.spec as { replicas?: number } | undefined)?.replicas ?? 0;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}
