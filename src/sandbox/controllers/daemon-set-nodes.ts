import type { Node } from '../../kubernetes/node.ts';
import { matchesNode, tolerates } from '../../kubernetes/node-affinity.ts';
import type { Pod } from '../../kubernetes/pod.ts';
import type { Toleration } from '../../kubernetes/scheduling-terms.ts';
import type { DaemonSet } from '../../kubernetes/workload.ts';

/** Daemons run where others may not (`pkg/controller/daemon/util/daemonset_util.go`). */
const daemonTolerations: Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const networkToleration: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

function tolerationsOf({ spec: { template } }: DaemonSet): Toleration[] {
  const added = template.spec.hostNetwork ? [...daemonTolerations, networkToleration] : daemonTolerations;
  const own = (template.spec.tolerations ?? []).filter(
    ({ key, effect }) => !added.some((one) => one.key === key && one.effect === effect),
  );
  return [...own, ...added];
}

/** Whether a node takes a daemon's pod, and whether one that is there may stay (`NodeShouldRunDaemonPod`). */
export function placeOn(set: DaemonSet, node: Node): { runs: boolean; stays: boolean } {
  const { spec } = set.spec.template;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: '' }, spec } satisfies Pod;
  const isNamed = spec.nodeName === undefined || spec.nodeName === '' || spec.nodeName === node.metadata.name;
  if (!isNamed || !matchesNode(pod, node)) return { runs: false, stays: false };
  const tolerations = tolerationsOf(set);
  const refused = (node.spec?.taints ?? []).filter((taint) => !tolerates(tolerations, taint));
  return {
    runs: refused.every(({ effect }) => effect === 'PreferNoSchedule'),
    stays: refused.every(({ effect }) => effect !== 'NoExecute'),
  };
}

/** The node that a daemon's pod is on or is meant for. */
export function nodeOf(pod: Pod): string {
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return pod.spec.nodeName ?? terms[0]?.matchFields?.[0]?.values?.[0] ?? '';
}

/** What ties a pod to its node. */
export function placementOn(set: DaemonSet, node: string) {
  const { affinity } = set.spec.template.spec;
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } };
  return {
    affinity: { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, ...nodeAffinity } },
    tolerations: tolerationsOf(set),
  };
}
