import { messageOf } from '../../base/errors.ts';
import { type Condition, conditionOf, timestamp, withoutCondition } from '../../kubernetes/condition.ts';
import { isPodActive, isPodAvailable, isPodFinished, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { ReplicaSet } from '../../kubernetes/workload.ts';

/**
 * The status of a ReplicaSet from its pods (`pkg/controller/replicaset/replica_set_utils.go calculateStatus`). `problem` is
 * what kept it from making or deleting pods, `now` in ms since the epoch.
 */
export function replicaSetStatus(
  set: ReplicaSet,
  owned: readonly Pod[],
  problem: unknown,
  now: number,
): NonNullable<ReplicaSet['status']> {
  const active = owned.filter(isPodActive);
  const labels = Object.entries(set.spec.template.metadata?.labels ?? {});
  const labelled = active.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value));
  const available = active.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now));
  const terminating = owned.filter((pod) => pod.metadata.deletionTimestamp && !isPodFinished(pod));
  const conditions = failureConditions(set, active.length, problem, now);
  return {
    replicas: active.length,
    ...counted('fullyLabeledReplicas', labelled.length),
    ...counted('readyReplicas', active.filter(isPodReady).length),
    ...counted('availableReplicas', available.length),
    terminatingReplicas: terminating.length,
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

// The real status leaves out what is zero.
function counted(field: string, count: number): Record<string, number> {
  return count > 0 ? { [field]: count } : {};
}

/** The first refusal stays until there is none any more. */
function failureConditions({ spec, status }: ReplicaSet, active: number, problem: unknown, now: number): Condition[] {
  const before = status?.conditions ?? [];
  if (!problem) return withoutCondition(before, 'ReplicaFailure');
  if (conditionOf(before, 'ReplicaFailure')) return before;
  const reason = active < (spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete';
  const lastTransitionTime = timestamp(now);
  return [
    ...before,
    { type: 'ReplicaFailure', status: 'True', reason, message: messageOf(problem), lastTransitionTime },
  ];
}
