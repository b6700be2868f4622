import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { hasStatus } from './kubernetes-error.ts';
import { listObjects } from './objects.ts';

/** A Secret or ConfigMap that others may name. */
export interface Referred {
  kind: 'Secret' | 'ConfigMap';
  name: string;
}

/** An object that names it, and where: JSON pointers of the fields with the name. */
export interface Referrer {
  object: KubernetesObject;
  paths: string[];
}

const byReference = {
  Secret: new Set(['secretKeyRef', 'secretRef', 'nodePublishSecretRef', 'imagePullSecrets', 'secrets']),
  ConfigMap: new Set(['configMapKeyRef', 'configMapRef', 'configMap']),
};

/** Where a value names a Secret or ConfigMap: variables, volumes, projected ones, pull secrets, accounts, TLS of an Ingress. */
export function referencePaths(value: unknown, referred: Referred, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => referencePaths(item, referred, `${path}/${index}`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = `${path}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    const below = referencePaths(inner, referred, here);
    if (typeof inner === 'string') {
      const isTls = key === 'secretName' && inner === referred.name && referred.kind === 'Secret';
      return isTls ? [here] : below;
    }
    return [...ownPaths(key, inner, referred, here), ...below];
  });
}

function ownPaths(key: string, inner: unknown, { kind, name }: Referred, here: string): string[] {
  const named = (item: unknown) => (item as { name?: unknown } | null)?.name === name;
  // A projected volume's Secret is named by `name`, an ordinary one's by `secretName`.
  if (!byReference[kind].has(key) && !(kind === 'Secret' && key === 'secret')) return [];
  if (Array.isArray(inner)) return inner.flatMap((item, index) => (named(item) ? [`${here}/${index}/name`] : []));
  return named(inner) ? [`${here}/name`] : [];
}

/** Kinds whose reference can be changed; what they make follows them. */
export const changeable = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['batch/v1', 'CronJob'],
  ['v1', 'ServiceAccount'],
  ['networking.k8s.io/v1', 'Ingress'],
] as const;

/** Kinds that name it, too, and are never changed. */
export const made = [
  ['apps/v1', 'ReplicaSet'],
  ['batch/v1', 'Job'],
  ['v1', 'Pod'],
] as const;

/** All objects of these kinds in a namespace that name it. A kind that may not be read is left out. */
export async function referrersOf(
  connection: Connection,
  referred: Referred,
  {
    namespace,
    kinds,
    signal,
  }: { namespace: string; kinds: readonly (readonly [string, string])[]; signal?: AbortSignal },
): Promise<Referrer[]> {
  const lists = await Promise.all(
    kinds.map(async ([apiVersion, kind]) => {
      const all = await listObjects(connection, { apiVersion, kind, namespace }, signal).catch((error: unknown) => {
        if (hasStatus(error, 403)) return [];
        throw error;
      });
      return all.map((object) => ({ ...object, apiVersion, kind }));
    }),
  );
  return lists
    .flat()
    .map((object) => ({ object, paths: referencePaths(withoutStatus(object), referred) }))
    .filter(({ paths }) => paths.length > 0);
}

/** Whether it needs what it names: a pod that has ended does not, nor a ReplicaSet that is only kept for the way back. */
export function needsIt({ kind, spec, status }: KubernetesObject): boolean {
  const { replicas } = (spec ?? {}) as { replicas?: number };
  const { phase, completionTime } = (status ?? {}) as { phase?: string; completionTime?: string };
  if (kind === 'Pod') return phase !== 'Succeeded' && phase !== 'Failed';
  if (kind === 'ReplicaSet') return replicas !== 0;
  return kind !== 'Job' || completionTime === undefined;
}

function withoutStatus({ metadata: _, status: __, ...rest }: KubernetesObject & { status?: unknown }) {
  return rest;
}
