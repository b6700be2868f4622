import { isPodAvailable, isPodFinished, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { StatefulSet } from '../../kubernetes/workload.ts';
import type { Revision } from './revisions.ts';
import { ordinalOf, revisionFor, revisionOfPod } from './stateful-set-pods.ts';

/** What is to be done now. */
export type Step = { make: number; from: Revision } | { remove: Pod };

export interface PlanInput {
  set: StatefulSet;
  pods: readonly Pod[];
  current: Revision;
  update: Revision;
  /** ms since the epoch */
  now: number;
}

/**
 * One move, or as many as may be made at once: missing pods, superfluous ones, then old ones
 * (`pkg/controller/statefulset/stateful_set_control.go updateStatefulSet`). A pod of an old template that never becomes ready
 * blocks an ordered set also after the template is right again: the real one does not mend that either.
 */
export function planStatefulSet(input: PlanInput): Step[] {
  const { set, pods, now } = input;
  const isUnavailable = (pod: Pod) => !isAvailable(set, pod, now) || isTerminating(pod);
  const inOrder = (set.spec.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady';
  const { kept, condemned } = sortPods(set, pods);
  const steps: Step[] = [];
  for (const { ordinal, pod } of kept) {
    const step = stepFor(input, ordinal, pod);
    if (step) steps.push(step);
    if (inOrder && (step || !pod || isUnavailable(pod) || pod.status?.phase !== 'Running')) return steps;
  }
  const firstUnavailable = [...kept.flatMap(({ pod }) => pod ?? []), ...[...condemned].reverse()].find(isUnavailable);
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (inOrder) return steps;
      continue;
    }
    if (inOrder && !isAvailable(set, pod, now) && pod !== firstUnavailable) return steps;
    steps.push({ remove: pod });
    if (inOrder) return steps;
  }
  const old = oldestToRenew(input, kept, isUnavailable);
  return old ? [...steps, { remove: old }] : steps;
}

interface Place {
  ordinal: number;
  pod: Pod | undefined;
}

/** Places from the first number on, and pods beyond them from the last on. */
function sortPods(set: StatefulSet, pods: readonly Pod[]): { kept: Place[]; condemned: Pod[] } {
  const start = set.spec.ordinals?.start ?? 0;
  const byOrdinal = new Map(
    pods.flatMap((pod) => (ordinalOf(set, pod) === undefined ? [] : [[ordinalOf(set, pod), pod]])),
  );
  const kept = Array.from({ length: set.spec.replicas ?? 1 }, (_, place) => ({
    ordinal: start + place,
    pod: byOrdinal.get(start + place) as Pod | undefined,
  }));
  const wanted = new Set(kept.map(({ pod }) => pod));
  const condemned = pods
    .filter((pod) => ordinalOf(set, pod) !== undefined && !wanted.has(pod))
    .sort((left, right) => (ordinalOf(set, right) ?? 0) - (ordinalOf(set, left) ?? 0));
  return { kept, condemned };
}

function stepFor({ set, current, update }: PlanInput, ordinal: number, pod: Pod | undefined): Step | undefined {
  if (!pod) return { make: ordinal, from: revisionFor(set, ordinal, current, update) };
  return isPodFinished(pod) && !isTerminating(pod) ? { remove: pod } : undefined;
}

/** From the highest number down to the partition, each after those above it are available again. */
function oldestToRenew(
  { set, update }: PlanInput,
  kept: readonly Place[],
  isUnavailable: (pod: Pod) => boolean,
): Pod | undefined {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return undefined;
  for (const { pod } of kept.slice(rollingUpdate?.partition ?? 0).reverse()) {
    if (!pod) return undefined;
    if (revisionOfPod(pod) !== update.metadata.name && !isTerminating(pod)) return pod;
    if (isUnavailable(pod)) return undefined;
  }
  return undefined;
}

function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function isAvailable(set: StatefulSet, pod: Pod, now: number): boolean {
  return isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);
}

/** The counts and revisions of a set (`computeReplicaStatus`, `completeRollingUpdate`). */
export function statefulSetStatus({ set, pods, current, update, now }: PlanInput): NonNullable<StatefulSet['status']> {
  const replicas = set.spec.replicas ?? 1;
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod));
  const at = ({ metadata }: Revision) =>
    pods.filter((pod) => revisionOfPod(pod) === metadata.name && !isTerminating(pod)).length;
  const updated = at(update);
  const isRolling = (set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
  const isDone = isRolling && [updated, ready.length, pods.length].every((count) => count === replicas);
  const counts = {
    readyReplicas: ready.length,
    currentReplicas: isDone ? updated : at(current),
    updatedReplicas: updated,
  };
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    // The real status leaves out what is zero.
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    availableReplicas: ready.filter((pod) => isAvailable(set, pod, now)).length,
    currentRevision: (isDone ? update : current).metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: set.status?.collisionCount ?? 0,
  };
}
