import { type Condition, conditionOf } from './condition.ts';
import { type Deployment, type ReplicaSet, scaledValue } from './workload.ts';

/** How many pods more and how many fewer than wanted a rollout may have (`deployment_util.go ResolveFenceposts`). */
export function rolloutBounds(deployment: Deployment): { maxSurge: number; maxUnavailable: number } {
  const { replicas = 1, strategy } = deployment.spec;
  if (strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const surge = scaledValue(strategy?.rollingUpdate?.maxSurge ?? '25%', replicas, true);
  const unavailable = scaledValue(strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas, false);
  const least = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { maxSurge: surge, maxUnavailable: Math.min(least, replicas) };
}

const replicasOf = (set: ReplicaSet) => set.spec.replicas ?? 0;
const availableOf = (set: ReplicaSet) => set.status?.availableReplicas ?? 0;
const sumOf = (sets: readonly ReplicaSet[], value: (set: ReplicaSet) => number) =>
  sets.reduce((sum, set) => sum + value(set), 0);

/** The size of the new ReplicaSet now (`deployment_util.go NewRSNewReplicas`). */
export function newReplicaSetSize(deployment: Deployment, all: readonly ReplicaSet[], next: ReplicaSet): number {
  const { replicas = 1, strategy } = deployment.spec;
  if (strategy?.type === 'Recreate') return replicas;
  // Fewer are wanted than it has.
  if (replicasOf(next) > replicas) return replicas;
  const total = sumOf(all, replicasOf);
  const room = replicas + rolloutBounds(deployment).maxSurge - total;
  if (room <= 0) return replicasOf(next);
  return replicasOf(next) + Math.min(room, replicas - replicasOf(next));
}

/**
 * New sizes of old ReplicaSets, those that change only: unhealthy pods first, then as many as keep enough available
 * (`pkg/controller/deployment/rolling.go reconcileOldReplicaSets`). By name.
 */
export function shrinkOldReplicaSets(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  next: ReplicaSet,
): Map<string, number> {
  const sizes = new Map<string, number>();
  const { replicas = 1 } = deployment.spec;
  const least = replicas - rolloutBounds(deployment).maxUnavailable;
  const newUnavailable = replicasOf(next) - availableOf(next);
  const budget = sumOf(old, replicasOf) + replicasOf(next) - least - newUnavailable;
  if (budget <= 0) return sizes;

  const oldest = [...old].sort((left, right) => creationOf(left).localeCompare(creationOf(right)));
  const size = (set: ReplicaSet) => sizes.get(set.metadata.name) ?? replicasOf(set);
  let cleaned = 0;
  for (const set of oldest) {
    const unhealthy = Math.min(budget - cleaned, replicasOf(set) - availableOf(set));
    if (replicasOf(set) === 0 || unhealthy <= 0) continue;
    sizes.set(set.metadata.name, replicasOf(set) - unhealthy);
    cleaned += unhealthy;
  }
  // A status may lag behind the size: what was told to go is not counted on.
  let spare = sumOf(old, (set) => Math.min(availableOf(set), size(set))) + availableOf(next) - least;
  for (const set of oldest) {
    const fewer = Math.min(spare, size(set));
    if (fewer <= 0) continue;
    sizes.set(set.metadata.name, size(set) - fewer);
    spare -= fewer;
  }
  return sizes;
}

const creationOf = (set: ReplicaSet) => set.metadata.creationTimestamp ?? '';

/**
 * Sizes when the wanted number changes in the middle of a rollout: shared out in proportion, with the surge
 * (`pkg/controller/deployment/sync.go scale`). `active` are those with replicas. Those that change only, by name.
 */
export function scaleProportionally(deployment: Deployment, active: readonly ReplicaSet[]): Map<string, number> {
  const { replicas = 1 } = deployment.spec;
  const total = sumOf(active, replicasOf);
  const allowed = replicas > 0 ? replicas + rolloutBounds(deployment).maxSurge : 0;
  const toAdd = allowed - total;
  const sizes = new Map<string, number>();
  if (toAdd === 0) return sizes;
  const byAge = (left: ReplicaSet, right: ReplicaSet) => creationOf(left).localeCompare(creationOf(right));
  const largest = [...active].sort(
    (left, right) => replicasOf(right) - replicasOf(left) || (toAdd > 0 ? byAge(right, left) : byAge(left, right)),
  );
  let added = 0;
  for (const set of largest) {
    const noted = Number(set.metadata.annotations?.['deployment.kubernetes.io/max-replicas']);
    const before = noted > 0 ? noted : (deployment.status?.replicas ?? 0);
    const share = before > 0 ? Math.round((replicasOf(set) * allowed) / before) - replicasOf(set) : 0;
    const rest = toAdd - added;
    const change = toAdd > 0 ? Math.min(Math.max(share, 0), rest) : Math.max(Math.min(share, 0), rest);
    sizes.set(set.metadata.name, replicasOf(set) + change);
    added += change;
  }
  // What rounding left over goes to the largest.
  const [first] = largest;
  if (first) sizes.set(first.metadata.name, Math.max(0, (sizes.get(first.metadata.name) ?? 0) + toAdd - added));
  for (const set of active) if (sizes.get(set.metadata.name) === replicasOf(set)) sizes.delete(set.metadata.name);
  return sizes;
}

/** True when every pod is of the new template and available (`deployment_util.go DeploymentComplete`). */
export function isComplete(deployment: Deployment, status: NonNullable<Deployment['status']>): boolean {
  const { replicas = 1 } = deployment.spec;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** Available iff `available ≥ replicas − maxUnavailable` (`calculateStatus`). */
export function availableCondition(deployment: Deployment, available: number): Omit<Condition, 'lastTransitionTime'> {
  const least = (deployment.spec.replicas ?? 1) - rolloutBounds(deployment).maxUnavailable;
  return available >= least
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/**
 * When the progress deadline passes, ms since the epoch; undefined when there is none: no deadline is set, or the rollout
 * was finished (`deployment_util.go DeploymentTimedOut`). `secondMs` is what a second of the deadline takes.
 */
export function deadlineOf(deployment: Deployment, conditions: readonly Condition[], secondMs = 1000) {
  const seconds = deployment.spec.progressDeadlineSeconds;
  const progressing = conditionOf(conditions, 'Progressing');
  if (seconds === undefined || seconds === 2_147_483_647 || !progressing) return undefined;
  if (['NewReplicaSetAvailable', 'DeploymentPaused', 'ProgressDeadlineExceeded'].includes(progressing.reason ?? ''))
    return undefined;
  const updated = Date.parse(progressing.lastUpdateTime ?? progressing.lastTransitionTime ?? '');
  return Number.isNaN(updated) ? undefined : updated + seconds * secondMs;
}
