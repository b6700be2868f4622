import { type Condition, conditionOf, timestamp, withoutCondition } from '../../kubernetes/condition.ts';
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
    terminatingReplicas: sum(({ status }) => status?.terminatingReplicas),
    conditions: withTold(deployment.status?.conditions, availableCondition(deployment, available)),
  };
}

// The real status leaves out what is zero.
function counts(fields: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(fields).filter(([, count]) => count > 0));
}

type Told = Pick<Condition, 'type' | 'status'> & { reason?: string; message?: string };

/**
 * Sets a condition, as the last one; one of the same status and reason stays as it is
 * (`deployment_util.go SetDeploymentCondition`).
 */
function withTold(conditions: readonly Condition[] = [], told: Told): Condition[] {
  const before = conditionOf(conditions, told.type);
  if (before?.status === told.status && before.reason === told.reason) return [...conditions];
  const now = timestamp(Date.now());
  const since = before?.status === told.status ? (before.lastTransitionTime ?? now) : now;
  const condition = { ...told, lastUpdateTime: now, lastTransitionTime: since };
  return [...withoutCondition(conditions, told.type), condition];
}

/** Sets `Progressing`. */
export function withProgress(
  conditions: readonly Condition[] | undefined,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition[] {
  return withTold(conditions, { type: 'Progressing', status, reason, message });
}

const longest = 2_147_483_647;

/** False for the number that stands for "no deadline" (`deployment_util.go HasProgressDeadline`). */
export function hasDeadline({ spec: { progressDeadlineSeconds } }: Deployment): boolean {
  return progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== longest;
}

/** The conditions after a pause began or ended; undefined when neither happened (`sync.go checkPausedConditions`). */
export function pausedConditions(deployment: Deployment): Condition[] | undefined {
  const { spec, status } = deployment;
  const reason = conditionOf(status?.conditions, 'Progressing')?.reason;
  if (!hasDeadline(deployment) || reason === 'ProgressDeadlineExceeded') return undefined;
  const isTold = reason === 'DeploymentPaused';
  if (spec.paused && !isTold)
    return withProgress(status?.conditions, 'Unknown', 'DeploymentPaused', 'Deployment is paused');
  if (!spec.paused && isTold)
    return withProgress(status?.conditions, 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
  return undefined;
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
  const conditions = status.conditions ?? [];
  if (!hasDeadline(deployment)) return withReplicaFailure(withoutCondition(conditions, 'Progressing'), all, next);
  return withReplicaFailure(withRolloutProgress(deployment, status, next, secondMs), all, next);
}

function withRolloutProgress(deployment: Deployment, status: Status, next: ReplicaSet | undefined, secondMs: number) {
  const conditions = status.conditions ?? [];
  const current = conditionOf(conditions, 'Progressing');
  const settled = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (settled) return conditions;
  const name = next ? `ReplicaSet "${next.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status))
    return withProgress(conditions, 'True', 'NewReplicaSetAvailable', `${name} has successfully progressed.`);
  if (hasProgressed(deployment.status ?? {}, status)) {
    // Each progress moves its time, by which the deadline counts.
    const since = current?.status === 'True' ? current.lastTransitionTime : undefined;
    const fresh = withoutCondition(conditions, 'Progressing');
    const told = withProgress(fresh, 'True', 'ReplicaSetUpdated', `${name} is progressing.`);
    return told.map((one) => (since && one.type === 'Progressing' ? { ...one, lastTransitionTime: since } : one));
  }
  const deadline = deadlineOf(deployment, conditions, secondMs);
  if (deadline === undefined || deadline > Date.now()) return conditions;
  return withProgress(conditions, 'False', 'ProgressDeadlineExceeded', `${name} has timed out progressing.`);
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

function withReplicaFailure(conditions: Condition[], all: readonly ReplicaSet[], next: ReplicaSet | undefined) {
  const ordered = next ? [next, ...all] : all;
  const failure = ordered.map((set) => conditionOf(set.status?.conditions, 'ReplicaFailure')).find((found) => found);
  if (!failure) return withoutCondition(conditions, 'ReplicaFailure');
  const { type, status, reason, message } = failure;
  return withTold(conditions, { type, status, ...(reason ? { reason } : {}), ...(message ? { message } : {}) });
}
