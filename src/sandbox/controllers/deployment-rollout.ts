import { messageOf } from '../../base/errors.ts';
import { type Condition, conditionOf } from '../../kubernetes/condition.ts';
import { isComplete, newReplicaSetSize } from '../../kubernetes/deployment.ts';
import type { Deployment, ReplicaSet } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import type { ControllerContext } from './controller.ts';
import {
  composeReplicaSet,
  findNewReplicaSet,
  refreshedAnnotations,
  revisionAnnotation,
  revisionOf,
  sizeAnnotations,
} from './deployment-revision.ts';
import { hasDeadline, withProgress } from './deployment-status.ts';
import { mergePatchBetween } from './merge-patch.ts';
import { controllerOf } from './owners.ts';
import { isNamespaceEnding } from './pod-control.ts';
import { collectionPath, objectPath } from './resource-paths.ts';

/** What a rollout does to ReplicaSets (`pkg/controller/deployment/sync.go`). */
export interface Rollout {
  /** The ReplicaSet of the present template, made if need be, with the right revision. */
  ensureNew(deployment: Deployment, old: readonly ReplicaSet[], existing: ReplicaSet | undefined): Promise<ReplicaSet>;
  /** Gives the ReplicaSet that is there the deployment's annotations and the right revision. */
  refresh(deployment: Deployment, old: readonly ReplicaSet[], existing: ReplicaSet): Promise<ReplicaSet>;
  /**
   * Sets a size; true when it was another. The change is guarded by the version that the size was computed from. What has
   * its size keeps the annotations it has, unless `always`.
   */
  resize(deployment: Deployment, set: ReplicaSet, replicas: number, always?: boolean): Promise<boolean>;
  /** Deletes empty ReplicaSets beyond the history limit. */
  forgetOld(deployment: Deployment, old: readonly ReplicaSet[]): Promise<void>;
  forgetOldIfComplete(deployment: Deployment, old: readonly ReplicaSet[]): Promise<void>;
}

export function createRollout(context: ControllerContext): Rollout {
  const { client } = context;
  const record = context.recorder('deployment-controller');

  /** Through the status, as the real one: an annotation that is set there is no new generation. */
  const note = async (deployment: Deployment, revision: number, conditions: Condition[] | undefined) => {
    const renumbered = revisionOf(deployment) !== revision;
    if (!renumbered && !conditions) return;
    const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: String(revision) };
    const patch = {
      ...(renumbered ? { metadata: { annotations: { [revisionAnnotation]: String(revision) } } } : {}),
      ...(conditions ? { status: { conditions } } : {}),
    };
    await client.patch(objectPath('deployments', deployment.metadata, 'status'), patch, 'merge');
    deployment.metadata = { ...deployment.metadata, annotations };
    if (conditions) deployment.status = { ...deployment.status, conditions };
  };

  const progress = (deployment: Deployment, status: Condition['status'], reason: string, message: string) =>
    hasDeadline(deployment) ? withProgress(deployment.status?.conditions, status, reason, message) : undefined;

  const make = async (deployment: Deployment, old: readonly ReplicaSet[]) => {
    const revision = nextRevision(old);
    const empty = composeReplicaSet(deployment, revision, 0);
    const size = newReplicaSetSize(deployment, [...old, empty], empty);
    const draft = { ...empty, spec: { ...empty.spec, replicas: size } };
    const { name } = draft.metadata;
    try {
      const made = (await client.create(collectionPath('replicasets', draft.metadata.namespace), draft)) as ReplicaSet;
      if (size > 0) sayScaled(deployment, empty, size);
      const message = `Created new replica set "${name}"`;
      await note(deployment, revision, progress(deployment, 'True', 'NewReplicaSetCreated', message));
      return made;
    } catch (error) {
      if (answered(error, 409)) return takeOver(deployment, draft, error);
      if (isNamespaceEnding(error)) throw error;
      const message = `Failed to create new replica set "${name}": ${messageOf(error)}`;
      const conditions = progress(deployment, 'False', 'ReplicaSetCreateError', message);
      await note(deployment, revisionOf(deployment), conditions);
      record(deployment, 'Warning', 'ReplicaSetCreateError', message);
      throw error;
    }
  };

  /** The name is taken: by its own ReplicaSet, not yet in the cache, or by another, which is counted as a collision. */
  const takeOver = async (deployment: Deployment, draft: ReplicaSet, error: unknown) => {
    const taken = (await client.get(objectPath('replicasets', draft.metadata))) as ReplicaSet;
    const mine = controllerOf(taken)?.uid === deployment.metadata.uid && findNewReplicaSet(deployment, [taken]);
    if (mine) return taken;
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    const { resourceVersion } = deployment.metadata;
    const patch = { metadata: { resourceVersion }, status: { collisionCount } };
    await client.patch(objectPath('deployments', deployment.metadata, 'status'), patch, 'merge');
    throw error;
  };

  const sayScaled = (deployment: Deployment, set: ReplicaSet, to: number) => {
    const from = set.spec.replicas ?? 0;
    const direction = to > from ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${to}`;
    record(deployment, 'Normal', 'ScalingReplicaSet', message);
  };

  const refresh: Rollout['refresh'] = async (deployment, old, existing) => {
    const annotations = refreshedAnnotations(deployment, existing, nextRevision(old));
    const { minReadySeconds = 0 } = deployment.spec;
    const patch = mergePatchBetween(
      {
        metadata: { annotations: existing.metadata.annotations },
        spec: { minReadySeconds: existing.spec.minReadySeconds ?? 0 },
      },
      { metadata: { annotations }, spec: { minReadySeconds } },
    );
    // The deployment's own number follows when the changed ReplicaSet is seen.
    if (patch) return (await client.patch(objectPath('replicasets', existing.metadata), patch, 'merge')) as ReplicaSet;
    const isNews = !conditionOf(deployment.status?.conditions, 'Progressing');
    const message = `Found new replica set "${existing.metadata.name}"`;
    const found = isNews ? progress(deployment, 'True', 'FoundNewReplicaSet', message) : undefined;
    await note(deployment, revisionOf(existing), found);
    return existing;
  };

  const forgetOld: Rollout['forgetOld'] = async (deployment, old) => {
    const limit = deployment.spec.revisionHistoryLimit ?? 10;
    const alive = old.filter(({ metadata }) => !metadata.deletionTimestamp);
    const oldest = [...alive].sort((left, right) => revisionOf(left) - revisionOf(right));
    for (const set of oldest.slice(0, Math.max(0, alive.length - limit))) {
      const isObserved = (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);
      if (set.spec.replicas || set.status?.replicas || !isObserved) continue;
      await client.remove(objectPath('replicasets', set.metadata), { propagationPolicy: 'Background' });
    }
  };

  return {
    ensureNew: (deployment, old, existing) => (existing ? refresh(deployment, old, existing) : make(deployment, old)),
    refresh,
    async resize(deployment, set, replicas, always = false) {
      const resized = (set.spec.replicas ?? 0) !== replicas;
      if (!resized && !always) return false;
      const { resourceVersion } = set.metadata;
      const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
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
    forgetOld,
    async forgetOldIfComplete(deployment, old) {
      if (isComplete(deployment, deployment.status ?? {})) await forgetOld(deployment, old);
    },
  };
}

function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map(revisionOf)) + 1;
}
