import { type NodeUsage, placeOn, removeFrom } from './node-usage.ts';
import type { Pod } from './pod.ts';
import { type PlacementState, placementState, refusalBy } from './scheduling-filters.ts';

/** Pods that leave a node for a more important one. */
export interface Preemption {
  node: string;
  victims: Pod[];
}

const priorityOf = (pod: Pod) => pod.spec.priority ?? 0;

/**
 * Whom a pod may push aside (`framework/preemption`, `plugins/defaultpreemption`): on each node all less important pods leave
 * in thought, as many as fit come back, the most important first; the node whose victims matter least is taken. Budgets for
 * disruptions are not looked at.
 */
export function findVictims(
  pod: Pod,
  candidates: readonly NodeUsage[],
  all: readonly NodeUsage[],
  volumeProblem?: PlacementState['volumeProblem'],
): Preemption | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return undefined;
  let best: { preemption: Preemption; cost: number[] } | undefined;
  for (const usage of candidates) {
    const victims = victimsOn(pod, usage, all, volumeProblem);
    if (!victims) continue;
    const priorities = victims.map(priorityOf);
    const cost = [Math.max(...priorities), priorities.reduce((sum, one) => sum + one, 0), victims.length];
    const preemption = { node: usage.node.metadata.name, victims };
    if (!best || isLess(cost, best.cost)) best = { preemption, cost };
  }
  return best?.preemption;
}

function victimsOn(
  pod: Pod,
  usage: NodeUsage,
  all: readonly NodeUsage[],
  volumeProblem: PlacementState['volumeProblem'] | undefined,
): Pod[] | undefined {
  const lower = usage.pods.filter((other) => priorityOf(other) < priorityOf(pod));
  if (lower.length === 0) return undefined;
  const trial = copyOf(usage);
  const world = all.map((one) => (one === usage ? trial : one));
  const fits = () => refusalBy(placementState(pod, world, volumeProblem), trial) === undefined;
  for (const other of lower) removeFrom(trial, other);
  if (!fits()) return undefined;
  const victims: Pod[] = [];
  for (const other of [...lower].sort((left, right) => priorityOf(right) - priorityOf(left))) {
    placeOn(trial, other);
    if (fits()) continue;
    removeFrom(trial, other);
    victims.push(other);
  }
  return victims.length > 0 ? victims : undefined;
}

function copyOf(usage: NodeUsage): NodeUsage {
  const { pods, exclusive, siblings, requested } = usage;
  return {
    ...usage,
    pods: [...pods],
    exclusive: [...exclusive],
    siblings: new Map(siblings),
    requested: { ...requested },
  };
}

function isLess(left: readonly number[], right: readonly number[]): boolean {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}
