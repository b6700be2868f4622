import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import type { Pod } from '../kubernetes/pod.ts';
import type { Connection } from './connection.ts';
import { podsOf } from './workload-pods.ts';

/** What kubectl, and a restart by this program, write into a template so that its pods are replaced. */
export const restartedAt = 'kubectl.kubernetes.io/restartedAt';

/**
 * When the contents of an object were last changed, by its managed fields; who only changed its labels or its status does not
 * count. Each manager has one time, so that a label from whoever wrote the contents counts as well. Milliseconds, as exact as a
 * second.
 */
export function changedAt({ metadata }: KubernetesObject): number {
  const entries = (metadata.managedFields ?? []) as { time?: string; fieldsV1?: Record<string, unknown> }[];
  const times = entries.flatMap(({ time, fieldsV1 = {} }) => {
    const holds = Object.keys(fieldsV1).some((field) => field !== 'f:metadata' && field !== 'f:status');
    return time !== undefined && holds ? [Date.parse(time)] : [];
  });
  return Math.max(Date.parse(metadata.creationTimestamp ?? '') || 0, ...times);
}

/**
 * The pods of a workload that read what they are told at a start, and have not started since a time: variables from a
 * ConfigMap or a Secret reach a container only when it starts.
 */
export async function podsOlderThan(
  connection: Connection,
  workload: KubernetesObject,
  time: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const pods = (await podsOf(connection, workload, signal)) as Pod[];
  return pods.filter((pod) => isOlder(pod, time)).map((pod) => nameOf({ ...pod, kind: 'Pod' }));
}

/** The server's times are whole seconds: in the same second, only a restart that was asked for since tells. */
function isOlder({ metadata, status }: Pod, time: number): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  const started = (status?.containerStatuses ?? []).flatMap(({ state }) => {
    const at = (state as { running?: { startedAt?: string } } | undefined)?.running?.startedAt;
    return at === undefined ? [] : [Date.parse(at)];
  });
  if (started.some((at) => at < time)) return true;
  const restarted = Date.parse(metadata.annotations?.[restartedAt] ?? '') || 0;
  return started.some((at) => at === time) && restarted < time;
}
