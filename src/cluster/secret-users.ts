import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { listObjects, mergePatch, refOf } from './objects.ts';

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** Workloads whose pods use a Secret: as environment, or as files. Sorted by their names. */
export async function workloadsUsing(
  connection: Connection,
  secret: string,
  namespace: string,
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  const lists = await Promise.all(
    kinds.map((kind) => listObjects(connection, { apiVersion: 'apps/v1', kind, namespace }, signal)),
  );
  return lists
    .flat()
    .filter((workload) => usesSecret((workload.spec as { template?: unknown } | undefined)?.template, secret))
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

/**
 * True when a pod template names the Secret: `secretKeyRef`, `secretRef`, a volume's `secret` or a projected one. Not
 * `imagePullSecrets`: those are read when an image is pulled, and nothing is to be restarted for them.
 */
function usesSecret(value: unknown, secret: string): boolean {
  if (Array.isArray(value)) return value.some((item) => usesSecret(item, secret));
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, inner]) => {
    const { name, secretName } = (inner ?? {}) as { name?: unknown; secretName?: unknown };
    if (key === 'secretKeyRef' || key === 'secretRef') return name === secret;
    if (key === 'secret' && (name === secret || secretName === secret)) return true;
    return key !== 'imagePullSecrets' && usesSecret(inner, secret);
  });
}

/** Replaces the pods of a workload by its own rules, as `kubectl rollout restart` does. */
export async function restartWorkload(
  connection: Connection,
  workload: KubernetesObject,
  at: string,
  signal?: AbortSignal,
): Promise<void> {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': at };
  await mergePatch(connection, refOf(workload), { spec: { template: { metadata: { annotations } } } }, { signal });
}
