import { matchesNode } from './node-affinity.ts';
import type { NodeUsage } from './node-usage.ts';
import type { Pod } from './pod.ts';
import { countByDomain, domainOf, selects } from './pod-affinity.ts';
import type { TopologySpreadConstraint } from './scheduling-terms.ts';

interface Spread {
  constraint: TopologySpreadConstraint;
  byDomain: Map<string, number>;
  /** Pods in the emptiest domain. */
  least: number;
  /** 1 when the pod counts itself. */
  own: number;
}

/** Pods in each domain of a pod's spread constraints, counted once for all nodes. */
export interface SpreadState {
  hard: Spread[];
  soft: Spread[];
}

/** Only nodes that the pod may go to by its labels, and that have all keys, are counted (`plugins/podtopologyspread/filtering.go`). */
export function spreadState(pod: Pod, all: readonly NodeUsage[]): SpreadState {
  const constraints = pod.spec.topologySpreadConstraints ?? [];
  if (constraints.length === 0) return { hard: [], soft: [] };
  const keys = constraints.map(({ topologyKey }) => topologyKey);
  const eligible = all.filter(
    (usage) => matchesNode(pod, usage.node) && keys.every((key) => domainOf(usage, key) !== undefined),
  );
  const spread = (constraint: TopologySpreadConstraint): Spread => {
    const { topologyKey, labelSelector, minDomains = 1 } = constraint;
    const term = { topologyKey, ...(labelSelector ? { labelSelector } : {}) };
    const { byDomain } = countByDomain(term, pod, eligible);
    const least = byDomain.size < minDomains ? 0 : Math.min(...byDomain.values());
    return { constraint, byDomain, least, own: selects(term, pod, pod) ? 1 : 0 };
  };
  const of = (wanted: string) => constraints.filter((one) => one.whenUnsatisfiable === wanted).map(spread);
  return { hard: of('DoNotSchedule'), soft: of('ScheduleAnyway') };
}

/** The reason against a node; without the label nothing that others do could help. */
export function spreadProblem({ hard }: SpreadState, at: NodeUsage): { reason: string; hopeless: boolean } | undefined {
  const reason = "node(s) didn't match pod topology spread constraints";
  for (const { constraint, byDomain, least, own } of hard) {
    const domain = domainOf(at, constraint.topologyKey);
    if (domain === undefined) return { reason: `${reason} (missing required label)`, hopeless: true };
    if ((byDomain.get(domain) ?? 0) + own - least > constraint.maxSkew) return { reason, hopeless: false };
  }
  return undefined;
}

/** Pods in the node's domains that constraints, or the same owner, say should be spread: fewer is better. */
export function crowding(pod: Pod, { hard, soft }: SpreadState, at: NodeUsage): number {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  const siblings = owner === undefined ? 0 : (at.siblings.get(owner) ?? 0);
  return [...hard, ...soft].reduce((sum, { constraint, byDomain }) => {
    const domain = domainOf(at, constraint.topologyKey);
    return sum + (domain === undefined ? 0 : (byDomain.get(domain) ?? 0));
  }, siblings);
}
