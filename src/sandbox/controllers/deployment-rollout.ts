import { isComplete, newReplicaSetSize } from '../../kubernetes/deployment.ts';
import type { Deployment, ReplicaSet } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import type { ControllerContext } from './controller.ts';
import {
  carriedAnnotations,
  composeReplicaSet,
  findNewReplicaSet,
  revisionAnnotation,
  revisionOf,
  sizeAnnotations,
} from './deployment-revision.ts';
import { withProgress } from './deployment-status.ts';
import { mergePatchBetween } from './merge-patch.ts';
import { controllerOf } from './owners.ts';
import { collectionPath, objectPath } from './resource-paths.ts';

/** What a rollout does to ReplicaSets. */
export interface Rollout {
  /** The ReplicaSet of the present template, made if need be, with the right revision. */
  ensureNew(deployment: Deployment, old: readonly ReplicaSet[], existing: ReplicaSet | undefined): Promise<ReplicaSet>;
  /** Sets a size; false when it has it already. The change is guarded by the version that the size was computed from. */
  resize(deployment: Deployment, set: ReplicaSet, replicas: number): Promise<boolean>;
  /** Deletes empty ReplicaSets beyond the history limit once the rollout is complete. */
  forgetOld(deployment: Deployment, old: readonly ReplicaSet[], next: ReplicaSet): Promise<void>;
}

export function createRollout(context: ControllerContext): Rollout {
  const { client } = context;
  const record = context.recorder('deployment-controller');

  const setRevision = async (deployment: Deployment, revision: number) => {
    if (revisionOf(deployment) === revision) return;
    const annotations = { [revisionAnnotation]: String(revision) };
    await client.patch(objectPath('deployments', deployment.metadata), { metadata: { annotations } }, 'merge');
  };

  const make = async (deployment: Deployment, old: readonly ReplicaSet[], revision: number) => {
    const draft = composeReplicaSet(deployment, revision, 0);
    const size = newReplicaSetSize(deployment, [...old, draft], draft);
    const { namespace } = deployment.metadata;
    try {
      const path = collectionPath('replicasets', namespace);
      const sized = { ...draft, spec: { ...draft.spec, replicas: size } };
      const made = (await client.create(path, sized)) as ReplicaSet;
      if (size > 0) sayScaled(deployment, draft, size);
      const message = `Created new replica set "${draft.metadata.name}"`;
      await setProgress(deployment, 'NewReplicaSetCreated', message);
      return made;
    } catch (error) {
      if (!answered(error, 409)) throw error;
      const taken = (await client.get(objectPath('replicasets', draft.metadata))) as ReplicaSet;
      const mine = controllerOf(taken)?.uid === deployment.metadata.uid && findNewReplicaSet(deployment, [taken]);
      if (mine) return taken;
      // The hash of another template: count the collision and take the next name.
      const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
      await client.patch(
        objectPath('deployments', deployment.metadata, 'status'),
        { status: { collisionCount } },
        'merge',
      );
      throw error;
    }
  };

  const setProgress = async (deployment: Deployment, reason: string, message: string) => {
    if (deployment.spec.progressDeadlineSeconds === undefined) return;
    const conditions = withProgress(deployment.status?.conditions, 'True', reason, message);
    deployment.status = { ...deployment.status, conditions };
    await client.patch(objectPath('deployments', deployment.metadata, 'status'), { status: { conditions } }, 'merge');
  };

  const sayScaled = (deployment: Deployment, set: ReplicaSet, to: number) => {
    const from = set.spec.replicas ?? 0;
    const direction = to > from ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${to}`;
    record(deployment, 'Normal', 'ScalingReplicaSet', message);
  };

  return {
    async ensureNew(deployment, old, existing) {
      const revision = Math.max(0, ...old.map(revisionOf)) + 1;
      if (!existing) {
        const made = await make(deployment, old, revision);
        await setRevision(deployment, revision);
        return made;
      }
      const own = Math.max(revision, revisionOf(existing));
      const annotations = { ...existing.metadata.annotations, ...carriedAnnotations(deployment, own) };
      const { minReadySeconds = 0 } = deployment.spec;
      const patch = mergePatchBetween(
        {
          metadata: { annotations: existing.metadata.annotations },
          spec: { minReadySeconds: existing.spec.minReadySeconds ?? 0 },
        },
        { metadata: { annotations }, spec: { minReadySeconds } },
      );
      await setRevision(deployment, own);
      if (!patch) return existing;
      const path = objectPath('replicasets', existing.metadata);
      return (await client.patch(path, patch, 'merge')) as ReplicaSet;
    },

    async resize(deployment, set, replicas) {
      const { resourceVersion } = set.metadata;
      const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
      const resized = (set.spec.replicas ?? 0) !== replicas;
      const patch = mergePatchBetween(
        { metadata: { annotations: set.metadata.annotations }, spec: { replicas: set.spec.replicas } },
        { metadata: { annotations }, spec: { replicas } },
      );
      if (!patch) return false;
      const guarded = { ...patch, metadata: { ...(patch.metadata as object | undefined), resourceVersion } };
      await client.patch(objectPath('replicasets', set.metadata), guarded, 'merge');
      if (resized) sayScaled(deployment, set, replicas);
      return resized;
    },

    async forgetOld(deployment, old, next) {
      const limit = deployment.spec.revisionHistoryLimit ?? 10;
      if (!isComplete(deployment, deployment.status ?? {}) || next.metadata.deletionTimestamp) return;
      const empty = old.filter(
        ({ spec, status, metadata }) => !spec.replicas && !status?.replicas && !metadata.deletionTimestamp,
      );
      const excess = [...empty]
        .sort((left, right) => revisionOf(left) - revisionOf(right))
        .slice(0, Math.max(0, empty.length - limit));
      for (const set of excess)
        await client.remove(objectPath('replicasets', set.metadata), { propagationPolicy: 'Background' });
    },
  };
}
