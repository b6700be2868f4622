import type { KubernetesObject } from './object.ts';

interface Counts {
  replicas?: number;
  completions?: number | null;
  parallelism?: number;
  availableReplicas?: number;
  readyReplicas?: number;
  desiredNumberScheduled?: number;
  numberAvailable?: number;
  succeeded?: number;
}

/** How much of a workload is there, 0 … 1, for a bar: what is available of what is wanted. 0 of kinds that count nothing. */
export function readyShare(object: KubernetesObject): number {
  const spec = (object.spec ?? {}) as Counts;
  const status = (object.status ?? {}) as Counts;
  const wanted =
    object.kind === 'Job'
      ? (spec.completions ?? spec.parallelism ?? 1)
      : (status.desiredNumberScheduled ?? spec.replicas ?? 1);
  const there = status.availableReplicas ?? status.readyReplicas ?? status.numberAvailable ?? status.succeeded ?? 0;
  return wanted > 0 ? Math.min(1, there / wanted) : 0;
}
