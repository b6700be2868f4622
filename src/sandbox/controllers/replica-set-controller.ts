import { type Condition, timestamp, withCondition, withoutCondition } from '../../kubernetes/condition.ts';
import { matchesSelector } from '../../kubernetes/labels.ts';
import { asPod, isPodActive, isPodAvailable, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import { chooseVictims } from '../../kubernetes/pod-ranking.ts';
import type { ReplicaSet } from '../../kubernetes/workload.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { createExpectations } from './expectations.ts';
import { controllerOf, keyOf, ownerKey, partsOf } from './owners.ts';
import { createPodControl } from './pod-control.ts';
import type { WorkQueue } from './work-queue.ts';

/** Keeps as many pods as a ReplicaSet wants (`pkg/controller/replicaset/replica_set.go`). */
export function startReplicaSetController(context: ControllerContext): Controller {
  const { client } = context;
  const sets = context.informer('replicasets');
  const podInformer = context.informer('pods');
  const claims = createClaims(client, 'pods', podInformer);
  const siblings = createClaims(client, 'replicasets', sets);
  const expectations = createExpectations(podInformer);
  const pods = createPodControl(context, context.recorder('replicaset-controller'), expectations);

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const set = sets.get(namespace, name) as ReplicaSet | undefined;
    if (!set) return expectations.forget(key);
    const owned = (await claims.claim(set, set.spec.selector)).map(asPod);
    const active = owned.filter(isPodActive);
    let problem: unknown;
    if (!set.metadata.deletionTimestamp && expectations.met(key)) {
      try {
        await adjust(set, active);
      } catch (error) {
        problem = error;
      }
    } else if (!set.metadata.deletionTimestamp) queue.addAfter(key, 1000);
    await writeStatus(client, 'replicasets', set, statusOf(set, active, problem));
    const soon = nextAvailability(set, active);
    if (soon !== undefined) queue.addAfter(key, soon);
    if (problem) throw problem;
  };

  const adjust = async (set: ReplicaSet, active: Pod[]) => {
    const difference = (set.spec.replicas ?? 1) - active.length;
    if (difference > 0) return pods.createMany(set, set.spec.template, Math.min(difference, 500));
    if (difference === 0) return;
    for (const pod of chooseVictims(active, -difference, related(set), Date.now())) await pods.remove(set, pod);
  };

  /** Pods of all ReplicaSets of the same owner: doubling up is judged over the whole rollout. */
  const related = (set: ReplicaSet) => {
    const owner = controllerOf(set);
    const family = owner ? siblings.byUid.get(owner.uid) : [set];
    return family.flatMap(({ metadata }) => claims.byUid.get(metadata.uid ?? '')).map(asPod);
  };

  return runController(context, {
    name: 'replicaset',
    inputs: [
      { informer: sets, keys: (set) => [keyOf(set)] },
      {
        informer: podInformer,
        keys: (pod) => {
          if (controllerOf(pod)) return ownerKey(pod, 'ReplicaSet');
          const own = sets.list(pod.metadata.namespace ?? '') as ReplicaSet[];
          return own.filter(({ spec }) => matchesSelector(spec.selector, pod.metadata.labels)).map(keyOf);
        },
      },
    ],
    sync,
  });
}

function statusOf(set: ReplicaSet, active: readonly Pod[], problem: unknown): ReplicaSet['status'] {
  const labels = Object.entries(set.spec.template.metadata?.labels ?? {});
  const labelled = active.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value));
  const available = active.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, Date.now()));
  const conditions = failureCondition(set.status?.conditions, problem);
  return {
    replicas: active.length,
    ...counted('fullyLabeledReplicas', labelled.length),
    ...counted('readyReplicas', active.filter(isPodReady).length),
    ...counted('availableReplicas', available.length),
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

// The real status leaves out what is zero.
function counted(field: string, count: number): Record<string, number> {
  return count > 0 ? { [field]: count } : {};
}

function failureCondition(conditions: readonly Condition[] | undefined, problem: unknown): Condition[] {
  if (!problem) return withoutCondition(conditions, 'ReplicaFailure');
  const message = problem instanceof Error ? problem.message : String(problem);
  const condition: Condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
  return withCondition(conditions, condition, timestamp(Date.now()));
}

/** Milliseconds until the next ready pod has been ready long enough. */
function nextAvailability(set: ReplicaSet, active: readonly Pod[]): number | undefined {
  const seconds = set.spec.minReadySeconds ?? 0;
  if (seconds === 0) return undefined;
  const waiting = active.filter((pod) => isPodReady(pod) && !isPodAvailable(pod, seconds, Date.now()));
  const since = waiting.map(
    (pod) => pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '',
  );
  if (since.length === 0) return undefined;
  return Math.max(50, Math.min(...since.map((time) => Date.parse(time))) + seconds * 1000 - Date.now());
}
