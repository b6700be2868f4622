import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { PodUsage, Usage } from './metrics.ts';
import { timestamp } from './pod.ts';

const apiVersion = 'metrics.k8s.io/v1beta1';

/** What the node itself uses beside its pods: its kubelet and container runtime. */
const nodeBase: Usage = { cpu: 0.03, memory: 420 * 1024 * 1024 };

export interface MetricsObject extends KubernetesObject {
  timestamp: string;
  /** A Go duration: `15.003s`. */
  window: string;
}

/** CPU in nanocores and memory in KiB, as metrics-server writes them. */
function usageField({ cpu, memory }: Usage): { cpu: string; memory: string } {
  return { cpu: `${Math.round(cpu * 1e9)}n`, memory: `${Math.round(memory / 1024)}Ki` };
}

export function podMetrics({ worker, at, windowMs, containers }: PodUsage): MetricsObject {
  const { name, namespace, labels } = worker.pod.metadata;
  return {
    kind: 'PodMetrics',
    apiVersion,
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(labels ? { labels } : {}),
      creationTimestamp: timestamp(Date.now()),
    },
    timestamp: timestamp(at),
    window: `${(windowMs / 1000).toFixed(3)}s`,
    containers: [...containers].map(([container, usage]) => ({ name: container, usage: usageField(usage) })),
  };
}

/** One node's sum over its pods. */
export function nodeMetrics(name: string, pods: readonly PodUsage[], windowMs: number, now: number): MetricsObject {
  const sum = { ...nodeBase };
  for (const pod of pods) {
    if (pod.worker.pod.spec.nodeName !== name) continue;
    for (const { cpu, memory } of pod.containers.values()) {
      sum.cpu += cpu;
      sum.memory += memory;
    }
  }
  return {
    kind: 'NodeMetrics',
    apiVersion,
    metadata: { name, labels: { 'kubernetes.io/hostname': name }, creationTimestamp: timestamp(now) },
    timestamp: timestamp(pods[0]?.at ?? now),
    window: `${(windowMs / 1000).toFixed(3)}s`,
    usage: usageField(sum),
  };
}
