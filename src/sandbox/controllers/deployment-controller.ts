import { deadlineOf, newReplicaSetSize, shrinkOldReplicaSets } from '../../kubernetes/deployment.ts';
import { asPod, isPodFinished } from '../../kubernetes/pod.ts';
import type { Deployment, ReplicaSet } from '../../kubernetes/workload.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { findNewReplicaSet, isScalingEvent } from './deployment-revision.ts';
import { createRollout } from './deployment-rollout.ts';
import { isActive, scaleDeployment } from './deployment-scaling.ts';
import { countReplicas, pausedConditions, rolloutConditions } from './deployment-status.ts';
import { keyOf, ownerKey, partsOf } from './owners.ts';
import type { WorkQueue } from './work-queue.ts';

/** Rolls deployments out by ReplicaSets (`pkg/controller/deployment/{deployment_controller,rolling,recreate}.go`). */
export function startDeploymentController(context: ControllerContext): Controller {
  const { client, pace } = context;
  const deployments = context.informer('deployments');
  const sets = context.informer('replicasets');
  const podInformer = context.informer('pods');
  const claims = createClaims(client, 'replicasets', sets);
  const podClaims = createClaims(client, 'pods', podInformer);
  const rollout = createRollout(context);
  const secondMs = pace.shorten(1000);

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const cached = deployments.get(namespace, name) as Deployment | undefined;
    if (!cached) return;
    const deployment = { ...cached };
    const all = (await claims.claim(deployment, deployment.spec.selector)) as ReplicaSet[];
    const existing = findNewReplicaSet(deployment, all);
    const old = all.filter((set) => set !== existing);
    if (deployment.metadata.deletionTimestamp) return report(deployment, all, existing);

    const conditions = pausedConditions(deployment);
    // The status is written first: what follows comes with its own event.
    if (conditions)
      return void (await writeStatus(client, 'deployments', deployment, { ...deployment.status, conditions }));

    if (deployment.spec.paused || isScalingEvent(deployment, all)) {
      const next = existing && (await rollout.refresh(deployment, old, existing));
      await scaleDeployment(rollout, deployment, old, next);
      if (deployment.spec.paused) await rollout.forgetOld(deployment, old);
      return report(deployment, next ? [...old, next] : old, next);
    }
    const next = await (isRecreate(deployment) ? recreate : roll)(deployment, old, existing);
    await reportRollout(deployment, next ? [...old, next] : old, next, queue);
  };

  /** One step: more new pods, else fewer old ones, else nothing is left but to forget old revisions. */
  const roll = async (deployment: Deployment, old: ReplicaSet[], existing: ReplicaSet | undefined) => {
    const next = await rollout.ensureNew(deployment, old, existing);
    if (await rollout.resize(deployment, next, newReplicaSetSize(deployment, [...old, next], next))) return next;
    const sizes = shrinkOldReplicaSets(deployment, old.filter(isActive), next);
    for (const set of old) {
      const size = sizes.get(set.metadata.name);
      if (size !== undefined) await rollout.resize(deployment, set, size);
    }
    if (sizes.size === 0) await rollout.forgetOldIfComplete(deployment, old);
    return next;
  };

  const recreate = async (deployment: Deployment, old: ReplicaSet[], existing: ReplicaSet | undefined) => {
    const down = await Promise.all(old.filter(isActive).map((set) => rollout.resize(deployment, set, 0)));
    if (down.some(Boolean) || old.some((set) => hasPods(set))) return existing;
    const next = await rollout.ensureNew(deployment, old, existing);
    await rollout.resize(deployment, next, deployment.spec.replicas ?? 1);
    await rollout.forgetOldIfComplete(deployment, old);
    return next;
  };

  /** Counted ones, or pods on their way out that have not ended yet. */
  const hasPods = ({ metadata, status }: ReplicaSet) =>
    (status?.replicas ?? 0) > 0 || podClaims.byUid.get(metadata.uid ?? '').some((pod) => !isPodFinished(asPod(pod)));

  const report = async (deployment: Deployment, all: ReplicaSet[], next: ReplicaSet | undefined) => {
    await writeStatus(client, 'deployments', deployment, countReplicas(deployment, all, next));
  };

  const reportRollout = async (
    deployment: Deployment,
    all: ReplicaSet[],
    next: ReplicaSet | undefined,
    queue: WorkQueue,
  ) => {
    const counted = countReplicas(deployment, all, next);
    const conditions = rolloutConditions(deployment, counted, all, next, secondMs);
    await writeStatus(client, 'deployments', deployment, { ...counted, conditions });
    const deadline = deadlineOf(deployment, conditions, secondMs);
    if (deadline !== undefined) queue.addAfter(keyOf(deployment), Math.max(0, deadline - Date.now()) + 50);
  };

  return runController(context, {
    name: 'deployment',
    inputs: [
      { informer: deployments, keys: (deployment) => [keyOf(deployment)] },
      { informer: sets, keys: (set) => ownerKey(set, 'Deployment') },
      {
        // Only the end of the last old pod matters here, and only when all go before any comes.
        informer: podInformer,
        keys: (pod, { type }) => {
          const [owner] = type === 'deleted' ? ownerKey(pod, 'ReplicaSet') : [];
          const set = owner && sets.get(partsOf(owner).namespace, partsOf(owner).name);
          return set ? ownerKey(set, 'Deployment') : [];
        },
      },
    ],
    sync,
  });
}

function isRecreate({ spec }: Deployment): boolean {
  return spec.strategy?.type === 'Recreate';
}
