import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { hasStatus } from './kubernetes-error.ts';
import { fieldManager, listObjects } from './objects.ts';

/**
 * An object that an autoscaler targets, without the replicas that the manifest says: they are the autoscaler's. While
 * nobody else owns the field yet, the live value is sent instead, because leaving out a field that only we own would take
 * it away and reset it to 1 (kubernetes.io, "Transferring ownership" of server-side apply). An autoscaler that is applied
 * together with it counts already.
 */
export async function withScalerRespected(
  connection: Connection,
  wanted: KubernetesObject,
  live: KubernetesObject,
  {
    together = [],
    signal,
  }: { together?: readonly KubernetesObject[] | undefined; signal?: AbortSignal | undefined } = {},
): Promise<KubernetesObject> {
  const spec = wanted.spec as { replicas?: number } | undefined;
  if (spec?.replicas === undefined || wanted.kind === 'HorizontalPodAutoscaler') return wanted;
  const comes = together.some((other) => other.kind === 'HorizontalPodAutoscaler' && targets(other, wanted));
  if (!comes && !(await hasAutoscaler(connection, wanted, signal))) return wanted;
  const { replicas: _, ...rest } = spec;
  const current = (live.spec as { replicas?: number } | undefined)?.replicas;
  if (current === undefined || isOwnedByAnother(live)) return { ...wanted, spec: rest };
  return { ...wanted, spec: { ...rest, replicas: current } };
}

async function hasAutoscaler(connection: Connection, object: KubernetesObject, signal?: AbortSignal) {
  const { namespace } = object.metadata;
  const query = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace };
  try {
    const scalers = await listObjects(connection, query, signal);
    return scalers.some((scaler) => targets(scaler, object));
  } catch (error) {
    // Who may not read autoscalers cannot respect them; the server's answer to the apply itself still counts.
    if (hasStatus(error, 403) || hasStatus(error, 404)) return false;
    throw error;
  }
}

function targets(scaler: KubernetesObject, object: KubernetesObject): boolean {
  const { scaleTargetRef: target } = (scaler.spec ?? {}) as {
    scaleTargetRef?: { kind?: string; name?: string; apiVersion?: string };
  };
  const group = (version: string | undefined) => version?.split('/')[0];
  const inOther = scaler.metadata.namespace !== undefined && scaler.metadata.namespace !== object.metadata.namespace;
  return (
    !inOther &&
    target?.kind === object.kind &&
    target.name === object.metadata.name &&
    group(target.apiVersion) === group(object.apiVersion)
  );
}

function isOwnedByAnother(live: KubernetesObject): boolean {
  const entries = (live.metadata.managedFields ?? []) as {
    manager?: string;
    fieldsV1?: { 'f:spec'?: Record<string, unknown> };
  }[];
  return entries.some((entry) => entry.manager !== fieldManager && entry.fieldsV1?.['f:spec']?.['f:replicas']);
}
