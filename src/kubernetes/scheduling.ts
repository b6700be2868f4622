import { hinderingTaints, matchesNode, preferenceFor, tolerates } from './node-affinity.ts';
import { hostPortsOf, type NodeUsage, requestsOfPod } from './node-usage.ts';
import type { Pod } from './pod.ts';
import { breaksSpread, crowding, podAffinityProblem, podPreferenceFor } from './pod-affinity.ts';

/** Where a pod goes, or why it goes nowhere in the words of the real FailedScheduling event. */
export type Placement = { node: string } | { message: string };

interface Refusal {
  reasons: string[];
  /** Whether taking other pods away could help; decides the second half of the message. */
  preemptible: boolean;
}

/**
 * Chooses a node: filters by taints, node affinity, ports, requests, spread and pod affinity, then prefers what the pod
 * prefers, fewer siblings and more room (`pkg/scheduler/framework/plugins`). `obstacle` is what forbids every node, e.g.
 * `pod has unbound immediate PersistentVolumeClaims`.
 */
export function placePod(pod: Pod, usages: readonly NodeUsage[], obstacle?: string): Placement {
  if (usages.length === 0) return { message: 'no nodes available to schedule pods' };
  const total = usages.length;
  if (obstacle !== undefined)
    return { message: `0/${total} nodes are available: ${obstacle}. ${preemption(total, 0, total)}` };
  const refusals: Refusal[] = [];
  const possible: NodeUsage[] = [];
  for (const usage of usages) {
    const refusal = refusalBy(pod, usage, usages);
    if (refusal) refusals.push(refusal);
    else possible.push(usage);
  }
  if (possible.length === 0) return { message: failureMessage(refusals) };
  const best = possible
    .map((usage) => ({ usage, score: scoreOf(pod, usage, usages) }))
    .reduce((left, right) => (right.score > left.score ? right : left));
  return { node: best.usage.node.metadata.name };
}

function refusalBy(pod: Pod, usage: NodeUsage, all: readonly NodeUsage[]): Refusal | undefined {
  const { node } = usage;
  const hard = (reason: string): Refusal => ({ reasons: [reason], preemptible: false });
  const soft = (reason: string): Refusal => ({ reasons: [reason], preemptible: true });
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' as const };
  if (node.spec?.unschedulable && !tolerates(pod.spec.tolerations, cordon)) return hard('node(s) were unschedulable');
  if (hinderingTaints(pod, node).length > 0) return hard('node(s) had untolerated taint(s)');
  if (!matchesNode(pod, node)) return hard("node(s) didn't match Pod's node affinity/selector");
  const taken = new Set(usage.pods.flatMap(hostPortsOf));
  if (hostPortsOf(pod).some((port) => taken.has(port)))
    return soft("node(s) didn't have free ports for the requested pod ports");
  const short = shortages(pod, usage);
  if (short) return short;
  if (breaksSpread(pod, usage, all)) return soft("node(s) didn't match pod topology spread constraints");
  const affinity = podAffinityProblem(pod, usage, all);
  if (affinity) return affinity.endsWith('pod affinity rules') ? hard(affinity) : soft(affinity);
  return undefined;
}

/** `plugins/noderesources/fit.go fitsRequest` */
function shortages(pod: Pod, usage: NodeUsage): Refusal | undefined {
  const reasons: string[] = [];
  let preemptible = true;
  const most = usage.allocatable.pods;
  if (most !== undefined && (usage.pods.length + 1) * 1000 > most) reasons.push('Too many pods');
  for (const [resource, milli] of Object.entries(requestsOfPod(pod))) {
    if (milli === 0) continue;
    const allocatable = usage.allocatable[resource] ?? 0;
    if (milli > allocatable - (usage.requested[resource] ?? 0)) reasons.push(`Insufficient ${resource}`);
    if (milli > allocatable) preemptible = false;
  }
  return reasons.length > 0 ? { reasons, preemptible } : undefined;
}

/** `framework/types.go FitError.Error`: reasons counted over the nodes, sorted as texts. */
function failureMessage(refusals: readonly Refusal[]): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const listed = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const preemptible = refusals.filter((refusal) => refusal.preemptible).length;
  const total = refusals.length;
  const after = preemption(total, preemptible, total - preemptible);
  return `0/${total} nodes are available: ${listed.join(', ')}. ${after}`;
}

function preemption(total: number, noVictims: number, notHelpful: number): string {
  const parts = [
    ...(noVictims > 0 ? [`${noVictims} No preemption victims found for incoming pod`] : []),
    ...(notHelpful > 0 ? [`${notHelpful} Preemption is not helpful for scheduling`] : []),
  ].sort();
  return `no new claims to deallocate, preemption: 0/${total} nodes are available: ${parts.join(', ')}.`;
}

/** Higher is better: preferences first, then spreading, then free room of the scarcer resource. */
function scoreOf(pod: Pod, usage: NodeUsage, all: readonly NodeUsage[]): number {
  const avoided = (usage.node.spec?.taints ?? []).filter(
    (taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, taint),
  ).length;
  const preferences = preferenceFor(pod, usage.node) + podPreferenceFor(pod, usage, all) - 100 * avoided;
  return preferences * 100 - crowding(pod, usage, all) * 10 + freeShare(pod, usage);
}

/** Free CPU and memory after placing, as the mean of the two shares. */
function freeShare(pod: Pod, usage: NodeUsage): number {
  const requests = requestsOfPod(pod);
  const shares = ['cpu', 'memory'].map((resource) => {
    const allocatable = usage.allocatable[resource] ?? 0;
    if (allocatable === 0) return 0;
    return 1 - ((usage.requested[resource] ?? 0) + (requests[resource] ?? 0)) / allocatable;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
