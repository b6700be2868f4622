import { matchesSelector } from './labels.ts';
import type { NodeUsage } from './node-usage.ts';
import type { Pod } from './pod.ts';
import type { PodAffinityTerm } from './scheduling-terms.ts';

function domainOf({ node }: NodeUsage, topologyKey: string): string | undefined {
  return node.metadata.labels?.[topologyKey];
}

function selects(term: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const namespaces = term.namespaces?.length ? term.namespaces : [owner.metadata.namespace];
  return namespaces.includes(other.metadata.namespace) && matchesSelector(term.labelSelector, other.metadata.labels);
}

/** How many pods in the node's domain the term selects. */
function countIn(term: PodAffinityTerm, pod: Pod, at: NodeUsage, all: readonly NodeUsage[]): number {
  const domain = domainOf(at, term.topologyKey);
  if (domain === undefined) return 0;
  return all
    .filter((usage) => domainOf(usage, term.topologyKey) === domain)
    .reduce((sum, usage) => sum + usage.pods.filter((other) => selects(term, pod, other)).length, 0);
}

/** The reason against a node, in the scheduler's words (`plugins/interpodaffinity/filtering.go`). */
export function podAffinityProblem(pod: Pod, at: NodeUsage, all: readonly NodeUsage[]): string | undefined {
  const wanted = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const term of wanted) {
    if (countIn(term, pod, at, all) > 0) continue;
    const nobody = all.every((usage) => usage.pods.every((other) => !selects(term, pod, other)));
    // The first of a group that wants to be together may go anywhere.
    if (nobody && selects(term, pod, pod) && domainOf(at, term.topologyKey) !== undefined) continue;
    return "node(s) didn't match pod affinity rules";
  }
  const unwanted = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (unwanted.some((term) => countIn(term, pod, at, all) > 0)) return "node(s) didn't match pod anti-affinity rules";
  return refusedByOthers(pod, at, all) ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
}

function refusedByOthers(pod: Pod, at: NodeUsage, all: readonly NodeUsage[]): boolean {
  return all.some((usage) =>
    usage.pods.some((other) =>
      (other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).some((term) => {
        const domain = domainOf(usage, term.topologyKey);
        return domain !== undefined && domain === domainOf(at, term.topologyKey) && selects(term, other, pod);
      }),
    ),
  );
}

/** Preferred affinity: weights of what is there, less the weights of what should not be. */
export function podPreferenceFor(pod: Pod, at: NodeUsage, all: readonly NodeUsage[]): number {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const sum = (terms: { weight: number; podAffinityTerm: PodAffinityTerm }[] | undefined) =>
    (terms ?? []).reduce(
      (total, { weight, podAffinityTerm }) => total + weight * countIn(podAffinityTerm, pod, at, all),
      0,
    );
  return (
    sum(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution) -
    sum(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution)
  );
}

/** True when a hard spread constraint forbids the node (`plugins/podtopologyspread/filtering.go`). */
export function breaksSpread(pod: Pod, at: NodeUsage, all: readonly NodeUsage[]): boolean {
  return (pod.spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')
    .some(({ topologyKey, labelSelector, maxSkew }) => {
      const term = { topologyKey, ...(labelSelector ? { labelSelector } : {}) };
      if (domainOf(at, topologyKey) === undefined) return true;
      const having = all.filter((usage) => domainOf(usage, topologyKey) !== undefined);
      const least = Math.min(...having.map((usage) => countIn(term, pod, usage, all)));
      const own = selects(term, pod, pod) ? 1 : 0;
      return countIn(term, pod, at, all) + own - least > maxSkew;
    });
}

/** Pods on the node's domains that soft constraints, or the same owner, say should be spread: fewer is better. */
export function crowding(pod: Pod, at: NodeUsage, all: readonly NodeUsage[]): number {
  const constraints = pod.spec.topologySpreadConstraints ?? [];
  const counted = constraints.map(({ topologyKey, labelSelector }) =>
    countIn({ topologyKey, ...(labelSelector ? { labelSelector } : {}) }, pod, at, all),
  );
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  const siblings = at.pods.filter((other) => owner && other.metadata.ownerReferences?.some(({ uid }) => uid === owner));
  return counted.reduce((sum, count) => sum + count, siblings.length);
}
