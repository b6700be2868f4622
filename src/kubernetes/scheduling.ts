import { preferenceFor, tolerates } from './node-affinity.ts';
import type { NodeUsage } from './node-usage.ts';
import type { Pod } from './pod.ts';
import { podPreferenceFor } from './pod-affinity.ts';
import { crowding } from './pod-spread.ts';
import { findVictims, type Preemption } from './preemption.ts';
import { type PlacementState, placementState, type Refusal, refusalBy } from './scheduling-filters.ts';

/** Where a pod goes, or why it goes nowhere in the words of the real FailedScheduling event, and whom it may push aside. */
export type Placement = { node: string } | { message: string; preemption?: Preemption };

export interface PlacementOptions {
  /** What forbids every node, e.g. `pod has unbound immediate PersistentVolumeClaims`. */
  obstacle?: string | undefined;
  volumeProblem?: PlacementState['volumeProblem'];
}

/**
 * Chooses a node: filters by taints, node affinity, ports, requests, volumes, spread and pod affinity, then prefers what the
 * pod prefers, fewer siblings and more room (`pkg/scheduler/schedule_one.go`).
 */
export function placePod(pod: Pod, usages: readonly NodeUsage[], options: PlacementOptions = {}): Placement {
  if (usages.length === 0) return { message: 'no nodes available to schedule pods' };
  if (options.obstacle !== undefined)
    // Nothing was filtered then, and the plugin that looks for victims finds nothing to look at.
    return { message: `0/${usages.length} nodes are available: ${options.obstacle}. not found` };
  const state = placementState(pod, usages, options.volumeProblem);
  const refusals: (Refusal & { usage: NodeUsage })[] = [];
  let best: { usage: NodeUsage; score: number } | undefined;
  for (const usage of usages) {
    const refusal = refusalBy(state, usage);
    if (refusal) {
      refusals.push({ ...refusal, usage });
      continue;
    }
    const score = scoreOf(state, usage);
    if (!best || score > best.score) best = { usage, score };
  }
  if (best) return { node: best.usage.node.metadata.name };
  const candidates = refusals.filter(({ preemptible }) => preemptible).map(({ usage }) => usage);
  const preemption = findVictims(pod, candidates, usages, options.volumeProblem);
  return { message: failureMessage(refusals), ...(preemption ? { preemption } : {}) };
}

/** `framework/types.go FitError.Error`: reasons counted over the nodes, sorted as texts. */
function failureMessage(refusals: readonly Refusal[]): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const listed = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const preemptible = refusals.filter((refusal) => refusal.preemptible).length;
  const total = refusals.length;
  const after = preemptionMessage(total, preemptible, total - preemptible);
  return `0/${total} nodes are available: ${listed.join(', ')}. ${after}`;
}

function preemptionMessage(total: number, noVictims: number, notHelpful: number): string {
  const parts = [
    ...(noVictims > 0 ? [`${noVictims} No preemption victims found for incoming pod`] : []),
    ...(notHelpful > 0 ? [`${notHelpful} Preemption is not helpful for scheduling`] : []),
  ].sort();
  return `no new claims to deallocate, preemption: 0/${total} nodes are available: ${parts.join(', ')}.`;
}

/** Higher is better: preferences first, then spreading, then free room of the scarcer resource. */
function scoreOf(state: PlacementState, usage: NodeUsage): number {
  const { pod, affinity, spread } = state;
  const avoided = (usage.node.spec?.taints ?? []).filter(
    (taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, taint),
  ).length;
  const preferences = preferenceFor(pod, usage.node) + podPreferenceFor(affinity, usage) - 100 * avoided;
  return preferences * 100 - crowding(pod, spread, usage) * 10 + freeShare(state, usage);
}

/** Free CPU and memory after placing, as the mean of the two shares. */
function freeShare({ requests }: PlacementState, usage: NodeUsage): number {
  const shares = ['cpu', 'memory'].map((resource) => {
    const allocatable = usage.allocatable[resource] ?? 0;
    if (allocatable === 0) return 0;
    return 1 - ((usage.requested[resource] ?? 0) + (requests[resource] ?? 0)) / allocatable;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
