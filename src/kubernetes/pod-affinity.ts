import { matchesSelector } from './labels.ts';
import type { NodeUsage } from './node-usage.ts';
import type { Pod } from './pod.ts';
import type { PodAffinityTerm } from './scheduling-terms.ts';

/** How many pods a term selects in each of its domains: counted once for a pod, asked for each node. */
interface TermCounts {
  term: PodAffinityTerm;
  byDomain: Map<string, number>;
}

/** What other pods mean for the places that a pod may take (`plugins/interpodaffinity/filtering.go PreFilter`). */
export interface AffinityState {
  wanted: TermCounts[];
  unwanted: TermCounts[];
  preferred: (TermCounts & { weight: number })[];
  /** Domains that pods which are there keep this one out of: `zone=a`. */
  forbidden: Set<string>;
  /** The first of a group that wants to be together may go anywhere. */
  firstOfGroup: boolean;
}

export function domainOf({ node }: NodeUsage, topologyKey: string): string | undefined {
  return node.metadata.labels?.[topologyKey];
}

/** Whether a term of `owner` speaks of `other`: in the owner's namespace, in those it lists, or in all. */
export function selects(term: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const everywhere = term.namespaceSelector !== undefined && Object.keys(term.namespaceSelector).length === 0;
  const namespaces = term.namespaces?.length ? term.namespaces : [owner.metadata.namespace];
  const within = everywhere || namespaces.includes(other.metadata.namespace);
  return within && matchesSelector(term.labelSelector, other.metadata.labels);
}

export function countByDomain(term: PodAffinityTerm, pod: Pod, all: readonly NodeUsage[]): TermCounts {
  const byDomain = new Map<string, number>();
  for (const usage of all) {
    const domain = domainOf(usage, term.topologyKey);
    if (domain === undefined) continue;
    let count = byDomain.get(domain) ?? 0;
    for (const other of usage.pods) if (selects(term, pod, other)) count += 1;
    byDomain.set(domain, count);
  }
  return { term, byDomain };
}

export function affinityState(pod: Pod, all: readonly NodeUsage[]): AffinityState {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const count = (term: PodAffinityTerm) => countByDomain(term, pod, all);
  const weighted = (sign: number) => (entry: { weight: number; podAffinityTerm: PodAffinityTerm }) => ({
    ...count(entry.podAffinityTerm),
    weight: sign * entry.weight,
  });
  const wanted = (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(count);
  const nobody = wanted.every(({ byDomain }) => [...byDomain.values()].every((number) => number === 0));
  return {
    wanted,
    unwanted: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(count),
    preferred: [
      ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted(1)),
      ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted(-1)),
    ],
    forbidden: forbiddenDomains(pod, all),
    firstOfGroup: nobody && wanted.every(({ term }) => selects(term, pod, pod)),
  };
}

function forbiddenDomains(pod: Pod, all: readonly NodeUsage[]): Set<string> {
  const forbidden = new Set<string>();
  for (const usage of all)
    for (const other of usage.exclusive)
      for (const term of other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
        const domain = domainOf(usage, term.topologyKey);
        if (domain !== undefined && selects(term, other, pod)) forbidden.add(`${term.topologyKey}=${domain}`);
      }
  return forbidden;
}

/** The reason against a node, in the scheduler's words (`plugins/interpodaffinity/filtering.go Filter`). */
export function podAffinityProblem(state: AffinityState, at: NodeUsage): string | undefined {
  for (const { term, byDomain } of state.wanted) {
    const domain = domainOf(at, term.topologyKey);
    const there = domain === undefined ? 0 : (byDomain.get(domain) ?? 0);
    if (there > 0 || (state.firstOfGroup && domain !== undefined)) continue;
    return "node(s) didn't match pod affinity rules";
  }
  for (const { term, byDomain } of state.unwanted)
    if ((byDomain.get(domainOf(at, term.topologyKey) ?? '') ?? 0) > 0)
      return "node(s) didn't match pod anti-affinity rules";
  const labels = state.forbidden.size > 0 ? Object.entries(at.node.metadata.labels ?? {}) : [];
  const refused = labels.some(([key, value]) => state.forbidden.has(`${key}=${value}`));
  return refused ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
}

/** Preferred affinity: weights of what is there, less the weights of what should not be. */
export function podPreferenceFor(state: AffinityState, at: NodeUsage): number {
  return state.preferred.reduce((sum, { term, byDomain, weight }) => {
    const domain = domainOf(at, term.topologyKey);
    return sum + weight * (domain === undefined ? 0 : (byDomain.get(domain) ?? 0));
  }, 0);
}
