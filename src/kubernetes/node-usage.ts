import type { Node } from './node.ts';
import { isPodFinished, type Pod, podRequest } from './pod.ts';
import { milliValue } from './quantity.ts';

/** A node with what runs on it, so that many pods can be placed without adding everything up each time. */
export interface NodeUsage {
  node: Node;
  pods: Pod[];
  /** Thousandths by resource. */
  allocatable: Record<string, number>;
  requested: Record<string, number>;
}

/** Nodes and the pods that take room on them; finished pods take none. */
export function nodeUsages(nodes: readonly Node[], pods: readonly Pod[]): NodeUsage[] {
  const usages = new Map<string, NodeUsage>();
  for (const node of nodes) {
    const entries = Object.entries(node.status?.allocatable ?? {});
    const allocatable = Object.fromEntries(entries.map(([name, quantity]) => [name, milliValue(quantity)]));
    usages.set(node.metadata.name, { node, pods: [], allocatable, requested: {} });
  }
  for (const pod of pods) {
    const usage = usages.get(pod.spec.nodeName ?? '');
    if (usage && !isPodFinished(pod)) placeOn(usage, pod);
  }
  return [...usages.values()];
}

/** Counts a pod as being on the node. */
export function placeOn(usage: NodeUsage, pod: Pod): void {
  usage.pods.push(pod);
  for (const [resource, milli] of Object.entries(requestsOfPod(pod)))
    usage.requested[resource] = (usage.requested[resource] ?? 0) + milli;
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
