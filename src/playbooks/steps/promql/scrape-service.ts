import { Problem } from '../../../base/errors.ts';
import type { Connection } from '../../../cluster/connection.ts';
import { getObject, listObjects } from '../../../cluster/objects.ts';
import { parseServicePort } from '../../../cluster/published.ts';
import { containerPortOf, targetPortOf } from '../../../cluster/streams/pod-target.ts';
import { formatSelector } from '../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';

/** What one pod shows, in Prometheus' text format. */
export interface PodMetricsText {
  pod: string;
  text: string;
}

/**
 * Reads the metrics of every ready pod of a Service through the API server. A pod that goes away meanwhile is left out. Throws
 * `Problem` where there is no such Service or no ready pod, and what the API server says of the last one that could not be read.
 */
export async function scrapeService(
  { service: written, path = '/metrics' }: { service: string; path?: string | undefined },
  { connection, namespace, signal }: { connection: Connection; namespace: string; signal: AbortSignal },
): Promise<PodMetricsText[]> {
  const parsed = parseServicePort(written);
  if (!parsed) throw new Problem(`\`${written}\` is no Service with its port; write it like \`backend-service:8000\``);
  const { name, port } = parsed;
  const service = await getObject(connection, { apiVersion: 'v1', kind: 'Service', namespace, name }, signal);
  if (!service) throw new Problem(`There is no Service ${name} in the namespace ${namespace}`);
  const target = targetPortOf(service, port);
  const { selector: matchLabels = {} } = (service.spec ?? {}) as { selector?: Record<string, string> };
  const labelSelector = formatSelector({ matchLabels });
  const pods = (
    await listObjects(connection, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal)
  ).filter(isReady);
  if (pods.length === 0) throw new Problem(`No pod of Service/${name} is ready`);
  const answers = await Promise.allSettled(
    pods.map(async (pod): Promise<PodMetricsText> => {
      const at = `${encodeURIComponent(pod.metadata.name)}:${containerPortOf(pod, target)}`;
      const url = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${at}/proxy${path}`;
      const { body } = await connection.request({ path: url, accept: '*/*', signal });
      return { pod: pod.metadata.name, text: String(body) };
    }),
  );
  const read = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (read.length === 0 && failed) throw failed.reason;
  return read;
}

function isReady({ metadata, status }: KubernetesObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return (
    metadata.deletionTimestamp === undefined && conditions.some((one) => one.type === 'Ready' && one.status === 'True')
  );
}
