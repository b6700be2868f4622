import { type Condition, conditionOf, timestamp, withCondition, withoutCondition } from '../../kubernetes/condition.ts';
import { availableCondition, deadlineOf, isComplete } from '../../kubernetes/deployment.ts';
import type { Deployment, ReplicaSet } from '../../kubernetes/workload.ts';

type Status = NonNullable<Deployment['status']>;

/** The counts of a deployment from its ReplicaSets (`pkg/controller/deployment/sync.go calculateStatus`). */
export function countReplicas(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  next: ReplicaSet | undefined,
): Status {
  const sum = (count: (set: ReplicaSet) => number | undefined) =>
    all.reduce((total, set) => total + (count(set) ?? 0), 0);
  const available = sum(({ status }) => status?.availableReplicas);
  const unavailable = Math.max(0, sum(({ spec }) => spec.replicas) - available);
  const conditions = withCondition(
    deployment.status?.conditions,
    { ...availableCondition(deployment, available) },
    timestamp(Date.now()),
  );
  return {
    ...(deployment.status?.collisionCount ? { collisionCount: deployment.status.collisionCount } : {}),
    observedGeneration: deployment.metadata.generation ?? 0,
    ...counts({
      replicas: sum(({ status }) => status?.replicas),
      updatedReplicas: next?.status?.replicas ?? 0,
      readyReplicas: sum(({ status }) => status?.readyReplicas),
      availableReplicas: available,
      unavailableReplicas: unavailable,
    }),
    conditions,
  };
}

// The real status leaves out what is zero.
function counts(fields: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(fields).filter(([, count]) => count > 0));
}

/** Sets or leaves `Progressing`; its lastUpdateTime is what the progress deadline counts from. */
export function withProgress(
  conditions: readonly Condition[] | undefined,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition[] {
  const before = conditionOf(conditions, 'Progressing');
  const same = before?.status === status && before.reason === reason;
  const now = timestamp(Date.now());
  if (same && reason !== 'ReplicaSetUpdated') return [...(conditions ?? [])];
  return withCondition(conditions, { type: 'Progressing', status, reason, message, lastUpdateTime: now }, now);
}

/**
 * Where the rollout stands (`progress.go syncRolloutStatus`): finished, moving, or too slow. `secondMs` is what a second of
 * the deadline takes.
 */
export function rolloutConditions(
  deployment: Deployment,
  status: Status,
  all: readonly ReplicaSet[],
  next: ReplicaSet | undefined,
  secondMs: number,
): Condition[] {
  let conditions = withReplicaFailure(status.conditions, all, next);
  if (deployment.spec.progressDeadlineSeconds === undefined) return withoutCondition(conditions, 'Progressing');
  const current = conditionOf(conditions, 'Progressing');
  const settled = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (settled) return conditions;
  const name = next ? `ReplicaSet "${next.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const deadline = deadlineOf(deployment, conditions, secondMs);
  if (isComplete(deployment, status))
    conditions = withProgress(conditions, 'True', 'NewReplicaSetAvailable', `${name} has successfully progressed.`);
  else if (hasProgressed(deployment.status ?? {}, status))
    conditions = withProgress(conditions, 'True', 'ReplicaSetUpdated', `${name} is progressing.`);
  else if (deadline !== undefined && deadline <= Date.now())
    conditions = withProgress(conditions, 'False', 'ProgressDeadlineExceeded', `${name} has timed out progressing.`);
  return conditions;
}

/** `deployment_util.go DeploymentProgressing` */
function hasProgressed(before: Status, after: Status): boolean {
  const old = (status: Status) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function withReplicaFailure(
  conditions: readonly Condition[] | undefined,
  all: readonly ReplicaSet[],
  next: ReplicaSet | undefined,
): Condition[] {
  const ordered = next ? [next, ...all] : all;
  const failure = ordered.map((set) => conditionOf(set.status?.conditions, 'ReplicaFailure')).find((found) => found);
  if (!failure) return withoutCondition(conditions, 'ReplicaFailure');
  const { lastTransitionTime: _, ...rest } = failure;
  return withCondition(conditions, rest, timestamp(Date.now()));
}
