import { matchesSelector } from '../../kubernetes/labels.ts';
import { asPod, isPodActive, isPodAvailable, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import { chooseVictims } from '../../kubernetes/pod-ranking.ts';
import type { ReplicaSet } from '../../kubernetes/workload.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { createExpectations } from './expectations.ts';
import { controllerOf, keyOf, ownerKey, partsOf } from './owners.ts';
import { createPodControl, isNamespaceEnding } from './pod-control.ts';
import { replicaSetStatus } from './replica-set-status.ts';
import type { WorkQueue } from './work-queue.ts';

/** As many pods are made in one go (`BurstReplicas`). */
const mostAtOnce = 500;

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
    await writeStatus(client, 'replicasets', set, replicaSetStatus(set, owned, problem, Date.now()));
    const soon = nextAvailability(set, active);
    if (soon !== undefined) queue.addAfter(key, soon);
    if (problem) throw problem;
  };

  const adjust = async (set: ReplicaSet, active: Pod[]) => {
    const difference = (set.spec.replicas ?? 1) - active.length;
    if (difference > 0) {
      const parts = Array.from({ length: Math.min(difference, mostAtOnce) }, () => ({}));
      const { problem } = await pods.createAll(set, set.spec.template, parts);
      // A namespace that ends takes no more pods.
      if (problem && !isNamespaceEnding(problem)) throw problem;
    }
    if (difference >= 0) return;
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
