import { conditionOf } from './condition.ts';
import { isPodReady, type Pod } from './pod.ts';

const phases: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Which pods go first when a ReplicaSet shrinks: the first `count` of this order
 * (`pkg/controller/controller_utils.go ActivePodsWithRanks`). `related` are all pods of the same owner family, by which
 * doubling up on a node is judged.
 */
export function chooseVictims(pods: readonly Pod[], count: number, related: readonly Pod[], now: number): Pod[] {
  if (count >= pods.length) return [...pods];
  const onNode = new Map<string, number>();
  for (const { spec } of related.filter(isPodReady))
    if (spec.nodeName) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
  const neighbours = (pod: Pod) => onNode.get(pod.spec.nodeName ?? '') ?? 0;
  return [...pods].sort((left, right) => compare(left, right, neighbours, now)).slice(0, Math.max(0, count));
}

/** Negative when `left` goes before `right`. */
function compare(left: Pod, right: Pod, neighbours: (pod: Pod) => number, now: number): number {
  const assigned = (pod: Pod) => (pod.spec.nodeName ? 1 : 0);
  const phase = (pod: Pod) => phases[pod.status?.phase ?? 'Unknown'] ?? 1;
  const ready = (pod: Pod) => (isPodReady(pod) ? 1 : 0);
  return (
    assigned(left) - assigned(right) ||
    phase(left) - phase(right) ||
    ready(left) - ready(right) ||
    deletionCost(left) - deletionCost(right) ||
    neighbours(right) - neighbours(left) ||
    (isPodReady(left) ? byAge(readySince(left), readySince(right), left, right, now) : 0) ||
    restarts(right) - restarts(left) ||
    byAge(created(left), created(right), left, right, now)
  );
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'];
  const cost = text === undefined ? 0 : Number(text);
  return Number.isInteger(cost) ? cost : 0;
}

function readySince(pod: Pod): number {
  return Date.parse(conditionOf(pod.status?.conditions, 'Ready')?.lastTransitionTime ?? '');
}

function created(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '');
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}

/**
 * Younger first, on a logarithmic scale: ages of the same magnitude count as equal and the UID decides, so that not always
 * the newest is taken (`logarithmicRankDiff`).
 */
function byAge(left: number, right: number, leftPod: Pod, rightPod: Pod, now: number): number {
  if (left === right) return 0;
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) ? -1 : 1;
  const rank = (time: number) => {
    const age = (now - time) * 1e6;
    return age <= 0 ? 0 : Math.floor(Math.log2(age));
  };
  const difference = rank(left) - rank(right);
  if (difference !== 0) return difference;
  return (leftPod.metadata.uid ?? '') < (rightPod.metadata.uid ?? '') ? -1 : 1;
}
