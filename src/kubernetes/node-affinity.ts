import { type Labels, meetsAll, requirementsOf } from './labels.ts';
import type { Node } from './node.ts';
import type { Pod } from './pod.ts';
import type { NodeSelectorTerm, Taint, Toleration } from './scheduling-terms.ts';

/** Node selector and required node affinity (`component-helpers/scheduling/corev1/nodeaffinity`). */
export function matchesNode(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  if (!selector.every(([key, value]) => labels[key] === value)) return false;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  // Terms are alternatives, their expressions are all of them needed; an empty term matches nothing.
  return matchesNodeTerms(required?.nodeSelectorTerms, node);
}

/** Whether a node meets one of the terms; without terms every node does. */
export function matchesNodeTerms(terms: readonly NodeSelectorTerm[] | undefined, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  return !terms || terms.some((term) => matchesTerm(term, node.metadata.name, labels));
}

function matchesTerm({ matchExpressions, matchFields }: NodeSelectorTerm, name: string, labels: Labels): boolean {
  if (!matchExpressions?.length && !matchFields?.length) return false;
  return (
    meetsAll(requirementsOf({ matchExpressions: matchExpressions ?? [] }), labels) &&
    meetsAll(requirementsOf({ matchExpressions: matchFields ?? [] }), { 'metadata.name': name })
  );
}

/** The sum of the weights of the preferred terms that the node meets. */
export function preferenceFor(pod: Pod, node: Node): number {
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const labels = node.metadata.labels ?? {};
  return preferred
    .filter(({ preference }) => matchesTerm(preference, node.metadata.name, labels))
    .reduce((sum, { weight }) => sum + weight, 0);
}

/** Whether one of the tolerations lets the pod onto the taint (`core/v1 Toleration.ToleratesTaint`). */
export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some((toleration) => {
    if (toleration.effect && toleration.effect !== taint.effect) return false;
    if (toleration.key && toleration.key !== taint.key) return false;
    if (!toleration.key && toleration.operator !== 'Exists') return false;
    return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
  });
}

/** Taints that keep the pod away from the node. */
export function hinderingTaints(pod: Pod, node: Node): Taint[] {
  const hard = (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  return hard.filter((taint) => !tolerates(pod.spec.tolerations, taint));
}
