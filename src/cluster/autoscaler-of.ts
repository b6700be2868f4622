import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './objects.ts';
import type { ObjectRef } from './resources.ts';

/** Who decides about the replicas of a workload. */
export interface DecidingAutoscaler {
  name: string;
  minimum: number;
  maximum: number;
}

interface AutoscalerSpec {
  scaleTargetRef?: { apiVersion?: string; kind?: string; name?: string };
  minReplicas?: number;
  maxReplicas?: number;
}

/** The autoscaler that targets a workload; undefined without one, and for who may not read autoscalers. */
export async function autoscalerOf(
  connection: Connection,
  target: ObjectRef,
  signal?: AbortSignal,
): Promise<DecidingAutoscaler | undefined> {
  const query = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: target.namespace };
  const scalers = await listObjects(connection, query, signal).catch((): KubernetesObject[] => []);
  signal?.throwIfAborted();
  const group = (apiVersion = '') => apiVersion.split('/')[0];
  for (const { metadata, spec } of scalers) {
    const { scaleTargetRef: wanted, minReplicas = 1, maxReplicas = 1 } = (spec ?? {}) as AutoscalerSpec;
    const fits = wanted?.kind === target.kind && wanted.name === target.name;
    // A reference without an API counts: old ones have none.
    if (fits && (wanted.apiVersion === undefined || group(wanted.apiVersion) === group(target.apiVersion)))
      return { name: metadata.name, minimum: minReplicas, maximum: maxReplicas };
  }
  return undefined;
}

/** What it will make of so many replicas: `HorizontalPodAutoscaler/web decides about it, between 2 and 10`. */
export function autoscalerNote({ name, minimum, maximum }: DecidingAutoscaler, wanted: number): string {
  const who = `HorizontalPodAutoscaler/${name}`;
  // At zero an autoscaler rests until somebody scales up again.
  if (wanted === 0) return `${who} rests while the workload is scaled to 0`;
  if (wanted < minimum) return `${who} will set it to at least ${minimum} again`;
  if (wanted > maximum) return `${who} will set it to at most ${maximum} again`;
  return `${who} decides about it, between ${minimum} and ${maximum}, and may change it`;
}
