import { formatSelector, type LabelSelector, matchesSelector } from '../kubernetes/labels.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './objects.ts';

const withPods = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job']);

/** The selector of a workload's pods in its text form; undefined for kinds that have none. */
export function podSelectorOf(object: KubernetesObject): string | undefined {
  if (!withPods.has(object.kind)) return undefined;
  const selector = (object.spec as { selector?: LabelSelector } | undefined)?.selector;
  return selector ? formatSelector(selector) : undefined;
}

/** The pods of a workload, or the pod itself. */
export async function podsOf(
  connection: Connection,
  object: KubernetesObject,
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  if (object.kind === 'Pod') return [object];
  const labelSelector = podSelectorOf(object);
  if (labelSelector === undefined) return [];
  const query = { apiVersion: 'v1', kind: 'Pod', namespace: object.metadata.namespace, labelSelector };
  return listObjects(connection, query, signal);
}

/**
 * Of a Deployment's pods those of its newest ReplicaSet: what an older version does, which is being replaced, says nothing
 * about the new one. Other kinds keep all.
 */
export async function newestPods(
  connection: Connection,
  object: KubernetesObject,
  pods: readonly KubernetesObject[],
  signal?: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  if (object.kind !== 'Deployment' || pods.length === 0) return pods;
  const { namespace, uid } = object.metadata;
  const query = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, labelSelector: podSelectorOf(object) };
  const sets = (await listObjects(connection, query, signal)).filter((set) =>
    uid === undefined ? true : set.metadata.ownerReferences?.some((owner) => owner.uid === uid),
  );
  const newest = sets.sort((a, b) => revisionOf(b) - revisionOf(a))[0];
  if (!newest) return pods;
  const selector = (newest.spec as { selector?: LabelSelector } | undefined)?.selector;
  return selector ? pods.filter((pod) => matchesSelector(selector, pod.metadata.labels)) : pods;
}

function revisionOf(set: KubernetesObject): number {
  return Number(set.metadata.annotations?.['deployment.kubernetes.io/revision']) || 0;
}
