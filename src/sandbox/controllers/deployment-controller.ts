import {
  deadlineOf,
  newReplicaSetSize,
  scaleProportionally,
  shrinkOldReplicaSets,
} from '../../kubernetes/deployment.ts';
import { asPod, isPodFinished } from '../../kubernetes/pod.ts';
import type { Deployment, ReplicaSet } from '../../kubernetes/workload.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { findNewReplicaSet, isScalingEvent } from './deployment-revision.ts';
import { createRollout, type Rollout } from './deployment-rollout.ts';
import { countReplicas, rolloutConditions, withProgress } from './deployment-status.ts';
import { keyOf, ownerKey, partsOf } from './owners.ts';
import type { WorkQueue } from './work-queue.ts';

/** Rolls deployments out by ReplicaSets (`pkg/controller/deployment`). */
export function startDeploymentController(context: ControllerContext): Controller {
  const { client, pace } = context;
  const deployments = context.informer('deployments');
  const sets = context.informer('replicasets');
  const podInformer = context.informer('pods');
  const claims = createClaims(client, 'replicasets', sets);
  const podClaims = createClaims(client, 'pods', podInformer);
  const rollout = createRollout(context);

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const cached = deployments.get(namespace, name) as Deployment | undefined;
    if (!cached) return;
    const deployment = { ...cached };
    const all = (await claims.claim(deployment, deployment.spec.selector)) as ReplicaSet[];
    if (deployment.metadata.deletionTimestamp || deployment.spec.paused) {
      const next = findNewReplicaSet(deployment, all);
      if (!deployment.metadata.deletionTimestamp) await scale(rollout, deployment, all, next);
      return finish(deployment, all, next, queue);
    }
    const running = () => all.flatMap(({ metadata }) => podClaims.byUid.get(metadata.uid ?? '')).map(asPod);
    const existing = findNewReplicaSet(deployment, all);
    if (isScalingEvent(deployment, all)) {
      await scale(rollout, deployment, all, existing);
      return finish(deployment, all, existing, queue);
    }
    const old = all.filter((set) => set !== existing);
    if (deployment.spec.strategy?.type === 'Recreate') {
      const down = await Promise.all(old.map((set) => rollout.resize(deployment, set, 0)));
      const ids = new Set(old.map(({ metadata }) => metadata.uid));
      const busy = running().some(
        (pod) => !isPodFinished(pod) && pod.metadata.ownerReferences?.some(({ uid }) => ids.has(uid)),
      );
      if (down.some(Boolean) || busy) return finish(deployment, all, existing, queue);
    }
    const next = await rollout.ensureNew(deployment, old, existing);
    const present = existing ? all : [...all, next];
    if (await rollout.resize(deployment, next, newReplicaSetSize(deployment, present, next)))
      return finish(deployment, present, next, queue);
    if (deployment.spec.strategy?.type !== 'Recreate') {
      const sizes = shrinkOldReplicaSets(deployment, old, next);
      for (const set of old) {
        const size = sizes.get(set.metadata.name);
        if (size !== undefined) await rollout.resize(deployment, set, size);
      }
    }
    await rollout.forgetOld(deployment, old, next);
    return finish(deployment, present, next, queue);
  };

  const finish = async (deployment: Deployment, all: ReplicaSet[], next: ReplicaSet | undefined, queue: WorkQueue) => {
    const counted = countReplicas(deployment, all, next);
    const secondMs = pace.shorten(1000);
    const conditions = deployment.spec.paused
      ? withProgress(counted.conditions, 'Unknown', 'DeploymentPaused', 'Deployment is paused')
      : rolloutConditions(deployment, counted, all, next, secondMs);
    await writeStatus(client, 'deployments', deployment, { ...counted, conditions });
    const deadline = deadlineOf(deployment, conditions, secondMs);
    if (deadline !== undefined && deadline > Date.now()) queue.addAfter(keyOf(deployment), deadline - Date.now() + 50);
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

/** Another number is wanted: one active ReplicaSet takes it all, several share it (`sync.go scale`). */
async function scale(rollout: Rollout, deployment: Deployment, all: ReplicaSet[], next: ReplicaSet | undefined) {
  const replicas = deployment.spec.replicas ?? 1;
  const size = (set: ReplicaSet) => set.spec.replicas ?? 0;
  const active = all.filter((set) => size(set) > 0);
  const newest = [...all].sort((left, right) =>
    (right.metadata.creationTimestamp ?? '').localeCompare(left.metadata.creationTimestamp ?? ''),
  );
  const only = active.length === 1 ? active[0] : active.length === 0 ? (next ?? newest[0]) : undefined;
  if (only) {
    await rollout.resize(deployment, only, replicas);
    return;
  }
  const saturated = next && size(next) === replicas && next.status?.availableReplicas === replicas;
  if (saturated) {
    for (const set of active) if (set !== next) await rollout.resize(deployment, set, 0);
    return;
  }
  if (deployment.spec.strategy?.type === 'Recreate') return;
  const sizes = scaleProportionally(deployment, active);
  for (const set of active) await rollout.resize(deployment, set, sizes.get(set.metadata.name) ?? size(set));
}
