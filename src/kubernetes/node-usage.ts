import type { Node } from './node.ts';
import { isPodFinished, type Pod, podRequest } from './pod.ts';
import { milliValue } from './quantity.ts';

/** A node with what runs on it, so that many pods can be placed without adding everything up each time. */
export interface NodeUsage {
  node: Node;
  pods: Pod[];
  /** Those of them that do not want certain others beside them. */
  exclusive: Pod[];
  /** How many of the pods each owner has here, by its UID. */
  siblings: Map<string, number>;
  /** Thousandths by resource. */
  allocatable: Record<string, number>;
  requested: Record<string, number>;
}

/** A node on which nothing runs yet. */
export function emptyUsage(node: Node): NodeUsage {
  const entries = Object.entries(node.status?.allocatable ?? {});
  const allocatable = Object.fromEntries(entries.map(([name, quantity]) => [name, milliValue(quantity)]));
  return { node, pods: [], exclusive: [], siblings: new Map(), allocatable, requested: {} };
}

/** Nodes and the pods that take room on them; finished pods take none. */
export function nodeUsages(nodes: readonly Node[], pods: readonly Pod[]): NodeUsage[] {
  const usages = new Map(nodes.map((node) => [node.metadata.name, emptyUsage(node)]));
  for (const pod of pods) {
    const usage = usages.get(pod.spec.nodeName ?? '');
    if (usage && !isPodFinished(pod)) placeOn(usage, pod);
  }
  return [...usages.values()];
}

/** Counts a pod as being on the node. */
export function placeOn(usage: NodeUsage, pod: Pod): void {
  usage.pods.push(pod);
  if (pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution) usage.exclusive.push(pod);
  countOwners(usage, pod, 1);
  for (const [resource, milli] of Object.entries(requestsOfPod(pod)))
    usage.requested[resource] = (usage.requested[resource] ?? 0) + milli;
}

/** Takes back what `placeOn` did for this pod, or for an earlier state of it. */
export function removeFrom(usage: NodeUsage, pod: Pod): void {
  const same = ({ metadata }: Pod) => metadata.uid === pod.metadata.uid && metadata.name === pod.metadata.name;
  const index = usage.pods.findIndex(same);
  const [placed] = index < 0 ? [] : usage.pods.splice(index, 1);
  if (!placed) return;
  const exclusive = usage.exclusive.findIndex(same);
  if (exclusive >= 0) usage.exclusive.splice(exclusive, 1);
  countOwners(usage, placed, -1);
  for (const [resource, milli] of Object.entries(requestsOfPod(placed)))
    usage.requested[resource] = (usage.requested[resource] ?? 0) - milli;
}

function countOwners({ siblings }: NodeUsage, { metadata }: Pod, change: number): void {
  for (const uid of new Set(metadata.ownerReferences?.map((owner) => owner.uid))) {
    const count = (siblings.get(uid) ?? 0) + change;
    if (count > 0) siblings.set(uid, count);
    else siblings.delete(uid);
  }
}

/** All that a pod requests, thousandths by resource. */
export function requestsOfPod(pod: Pod): Record<string, number> {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const named = containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {}));
  const names = new Set([...named, ...Object.keys(pod.spec.resources?.requests ?? {})]);
  return Object.fromEntries([...names].map((name) => [name, podRequest(pod, name)]));
}

/** Ports of the host that a pod takes: `TCP/80`. */
export function hostPortsOf(pod: Pod): string[] {
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  return ports.filter(({ hostPort }) => hostPort).map(({ hostPort, protocol }) => `${protocol ?? 'TCP'}/${hostPort}`);
}
