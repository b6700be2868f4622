import { scaleProportionally } from '../../kubernetes/deployment.ts';
import type { Deployment, ReplicaSet } from '../../kubernetes/workload.ts';
import { desiredAnnotation } from './deployment-revision.ts';
import type { Rollout } from './deployment-rollout.ts';

const sizeOf = (set: ReplicaSet) => set.spec.replicas ?? 0;

/** True for a ReplicaSet that wants pods. */
export const isActive = (set: ReplicaSet) => sizeOf(set) > 0;

/**
 * Another number is wanted, or the deployment is paused: one active ReplicaSet takes it all, several share it
 * (`pkg/controller/deployment/sync.go scale`).
 */
export async function scaleDeployment(
  rollout: Rollout,
  deployment: Deployment,
  old: readonly ReplicaSet[],
  next: ReplicaSet | undefined,
): Promise<void> {
  const { replicas = 1 } = deployment.spec;
  const active = [...old, ...(next ? [next] : [])].filter(isActive);
  const only = active.length === 0 ? (next ?? newestOf(old)) : active.length === 1 ? active[0] : undefined;
  if (only) {
    if (sizeOf(only) !== replicas) await rollout.resize(deployment, only, replicas);
    return;
  }
  if (next && isSaturated(deployment, next)) {
    for (const set of old.filter(isActive)) await rollout.resize(deployment, set, 0);
    return;
  }
  if (active.length === 0 || deployment.spec.strategy?.type === 'Recreate') return;
  const sizes = scaleProportionally(deployment, active);
  // Also those that keep their size note for which number of replicas that is.
  for (const set of active) await rollout.resize(deployment, set, sizes.get(set.metadata.name) ?? sizeOf(set), true);
}

function newestOf(sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const created = ({ metadata }: ReplicaSet) => metadata.creationTimestamp ?? '';
  return [...sets].sort((left, right) => created(right).localeCompare(created(left)))[0];
}

/** All that is wanted is of the new template, and available (`deployment_util.go IsSaturated`). */
function isSaturated({ spec: { replicas = 1 } }: Deployment, next: ReplicaSet): boolean {
  const noted = Number(next.metadata.annotations?.[desiredAnnotation]);
  return sizeOf(next) === replicas && noted === replicas && next.status?.availableReplicas === replicas;
}
