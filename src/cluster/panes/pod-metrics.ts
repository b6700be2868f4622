import { formatBytes, formatCpu, parseBytes, parseCpu } from '../../kubernetes/quantity.ts';
import type { Connection } from '../connection.ts';

/** What a pod uses: cores and bytes, its containers together. */
export interface PodUsage {
  cpu: number;
  memory: number;
}

interface PodMetricsList {
  items?: {
    metadata: { name: string; namespace?: string };
    containers?: { usage?: { cpu?: string; memory?: string } }[];
  }[];
}

/** Usage by pod name (`namespace/name` where all namespaces are asked for). Throws `KubernetesError` 404 without metrics API. */
export async function readPodMetrics(
  connection: Connection,
  options: {
    namespace: string | undefined;
    labelSelector?: string | undefined;
    timeoutMs?: number | undefined;
    signal?: AbortSignal;
  },
): Promise<Map<string, PodUsage>> {
  const { namespace, labelSelector, timeoutMs = 10_000, signal } = options;
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const { body } = await connection.request<PodMetricsList>({
    path: `/apis/metrics.k8s.io/v1beta1${place}/pods`,
    query: { labelSelector },
    signal,
    timeoutMs,
  });
  return toUsage(body, namespace === undefined);
}

/** The newer usage, with the older where both are drawn alike: a core's millionth is no reason to paint anew. */
export function keptUsage(
  before: ReadonlyMap<string, PodUsage>,
  next: ReadonlyMap<string, PodUsage>,
): Map<string, PodUsage> {
  const look = ({ cpu, memory }: PodUsage) => `${formatCpu(cpu)} ${formatBytes(memory)}`;
  return new Map(
    [...next].map(([key, usage]) => {
      const known = before.get(key);
      return [key, known && look(known) === look(usage) ? known : usage];
    }),
  );
}

function toUsage(list: PodMetricsList, withNamespace: boolean): Map<string, PodUsage> {
  const usage = new Map<string, PodUsage>();
  for (const { metadata, containers = [] } of list.items ?? []) {
    const key = withNamespace ? `${metadata.namespace ?? ''}/${metadata.name}` : metadata.name;
    let cpu = 0;
    let memory = 0;
    for (const container of containers) {
      cpu += container.usage?.cpu ? parseCpu(container.usage.cpu) : 0;
      memory += container.usage?.memory ? parseBytes(container.usage.memory) : 0;
    }
    usage.set(key, { cpu, memory });
  }
  return usage;
}
