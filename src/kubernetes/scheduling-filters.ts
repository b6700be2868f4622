import { hinderingTaints, matchesNode, tolerates } from './node-affinity.ts';
import { hostPortsOf, type NodeUsage, requestsOfPod } from './node-usage.ts';
import type { Pod } from './pod.ts';
import { type AffinityState, affinityState, podAffinityProblem } from './pod-affinity.ts';
import { type SpreadState, spreadProblem, spreadState } from './pod-spread.ts';

/** Why a pod cannot go to one node. */
export interface Refusal {
  reasons: string[];
  /** Whether taking other pods away could help. */
  preemptible: boolean;
}

/** What is the same for all nodes while one pod is placed. */
export interface PlacementState {
  pod: Pod;
  requests: Record<string, number>;
  ports: string[];
  affinity: AffinityState;
  spread: SpreadState;
  /** Why the pod's volumes cannot be had on a node, if they cannot. */
  volumeProblem: (usage: NodeUsage) => string | undefined;
}

export function placementState(
  pod: Pod,
  usages: readonly NodeUsage[],
  volumeProblem: PlacementState['volumeProblem'] = () => undefined,
): PlacementState {
  return {
    pod,
    requests: requestsOfPod(pod),
    ports: hostPortsOf(pod),
    affinity: affinityState(pod, usages),
    spread: spreadState(pod, usages),
    volumeProblem,
  };
}

const hard = (reason: string): Refusal => ({ reasons: [reason], preemptible: false });
const soft = (reason: string): Refusal => ({ reasons: [reason], preemptible: true });
const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' as const };

/** The first filter that a node does not pass, in the order of the real scheduler's plugins (`pkg/scheduler/framework/plugins`). */
export function refusalBy(state: PlacementState, usage: NodeUsage): Refusal | undefined {
  const { pod, ports } = state;
  const { node } = usage;
  if (node.spec?.unschedulable && !tolerates(pod.spec.tolerations, cordon)) return hard('node(s) were unschedulable');
  if (hinderingTaints(pod, node).length > 0) return hard('node(s) had untolerated taint(s)');
  if (!matchesNode(pod, node)) return hard("node(s) didn't match Pod's node affinity/selector");
  if (ports.length > 0) {
    const taken = new Set(usage.pods.flatMap(hostPortsOf));
    if (ports.some((port) => taken.has(port)))
      return soft("node(s) didn't have free ports for the requested pod ports");
  }
  const short = shortages(state, usage);
  if (short) return short;
  const volume = state.volumeProblem(usage);
  if (volume !== undefined) return hard(volume);
  const spread = spreadProblem(state.spread, usage);
  if (spread) return { reasons: [spread.reason], preemptible: !spread.hopeless };
  const affinity = podAffinityProblem(state.affinity, usage);
  if (affinity) return affinity.endsWith('pod affinity rules') ? hard(affinity) : soft(affinity);
  return undefined;
}

/** `plugins/noderesources/fit.go fitsRequest` */
function shortages({ requests }: PlacementState, usage: NodeUsage): Refusal | undefined {
  const reasons: string[] = [];
  let preemptible = true;
  const most = usage.allocatable.pods;
  if (most !== undefined && (usage.pods.length + 1) * 1000 > most) reasons.push('Too many pods');
  for (const [resource, milli] of Object.entries(requests)) {
    if (milli === 0) continue;
    const allocatable = usage.allocatable[resource] ?? 0;
    if (milli > allocatable - (usage.requested[resource] ?? 0)) reasons.push(`Insufficient ${resource}`);
    if (milli > allocatable) preemptible = false;
  }
  return reasons.length > 0 ? { reasons, preemptible } : undefined;
}
