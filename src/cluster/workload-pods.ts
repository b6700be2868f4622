import { formatSelector, type LabelSelector } from '../kubernetes/labels.ts';
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

/** What selects the pods of a Deployment's newest ReplicaSet; undefined while it has none. */
export async function newestSelector(
  connection: Connection,
  deployment: KubernetesObject,
  signal?: AbortSignal,
): Promise<LabelSelector | undefined> {
  const [newest] = await replicaSetsOf(connection, deployment, signal);
  return (newest?.spec as { selector?: LabelSelector } | undefined)?.selector;
}

/** A Deployment's ReplicaSets, each a revision of it, the newest first. */
export async function replicaSetsOf(
  connection: Connection,
  deployment: KubernetesObject,
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  const { namespace, uid } = deployment.metadata;
  const query = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, labelSelector: podSelectorOf(deployment) };
  const sets = (await listObjects(connection, query, signal)).filter((set) =>
    uid === undefined ? true : set.metadata.ownerReferences?.some((owner) => owner.uid === uid),
  );
  return sets.sort((a, b) => revisionOf(b) - revisionOf(a));
}

/** The number that a Deployment's controller gives a ReplicaSet; 0 where it has none. */
export function revisionOf(set: KubernetesObject): number {
  return Number(set.metadata.annotations?.['deployment.kubernetes.io/revision']) || 0;
}
