import { z } from 'zod';
import { messageOf, Problem } from '../../../../base/errors.ts';
import type { Connection } from '../../../../cluster/connection.ts';
import { getObject, listObjects } from '../../../../cluster/objects.ts';
import { type MetricSample, parsePrometheusText } from '../../../../cluster/prometheus-text.ts';
import { parseServicePort } from '../../../../cluster/published.ts';
import { containerPortOf, targetPortOf } from '../../../../cluster/streams/pod-target.ts';
import { formatSelector } from '../../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../../kubernetes/object.ts';
import { asPod, isPodReady } from '../../../../kubernetes/pod.ts';
import { shellWord } from '../../explain.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';

const mostPods = 10;
const mostSamples = 5000;
const schema = z.strictObject({
  metrics: z
    .strictObject({
      service: z.string().describe('`name:port` of a Service in the namespace'),
      path: z.string().startsWith('/').optional().describe('`/metrics` unless said'),
      names: z.array(z.string().min(1)).min(1).optional().describe('Only metrics whose name begins with one of these'),
    })
    .describe(
      `Prometheus metrics of each ready pod of a Service, ${mostPods} at most: a list of {pod, name, labels, value}`,
    ),
});
type Source = z.infer<typeof schema>;

/** What the pods of a Service count, each asked itself: a Service would answer for one of them. */
export const metricsSource: SourceKind<Source> = {
  key: 'metrics',
  schema,
  access: () => [{ verbs: ['get'], apiVersion: 'v1', kind: 'Pod', subresource: 'proxy' }],
  async read({ metrics }, context) {
    const targets = await targetsOf(metrics.service, context);
    const read = await Promise.all(
      targets.map((target) => samplesOf(target, metrics, context.connection, context.signal)),
    );
    const answered = read.flatMap((one) => (Array.isArray(one) ? [one] : []));
    const [refused] = read.flatMap((one) => (Array.isArray(one) ? [] : [one]));
    // One pod that does not answer leaves the others; none at all is no figure.
    if (answered.length === 0 && refused !== undefined) throw new Problem(refused.error);
    return answered.flat().slice(0, mostSamples);
  },
  commands({ metrics: { service, path = '/metrics' } }, own) {
    const url = `/api/v1/namespaces/${own}/services/${service}/proxy${path}`;
    return [`kubectl get --raw ${shellWord(url)}`];
  },
};

interface Target {
  pod: string;
  path: string;
}

async function targetsOf(text: string, { connection, namespace, signal }: SourceContext): Promise<Target[]> {
  const parsed = parseServicePort(text);
  if (!parsed) throw new Problem(`\`${text}\` is no Service with its port; write it like \`backend-service:8000\``);
  const { name, port } = parsed;
  const service = await getObject(connection, { apiVersion: 'v1', kind: 'Service', name, namespace }, signal);
  if (!service) throw new Problem(`There is no Service ${name} in the namespace ${namespace}`);
  const pods = await podsBehind(service, connection, namespace, signal);
  if (pods.length === 0) throw new Problem(`No pod behind the Service ${name} is ready`);
  const target = targetPortOf(service, port);
  return pods.map((pod) => {
    const id = encodeURIComponent(`${pod.metadata.name}:${containerPortOf(pod, target)}`).replace('%3A', ':');
    return { pod: pod.metadata.name, path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${id}/proxy` };
  });
}

async function podsBehind(service: KubernetesObject, connection: Connection, namespace: string, signal: AbortSignal) {
  const { selector = {} } = (service.spec ?? {}) as { selector?: Record<string, string> };
  if (Object.keys(selector).length === 0)
    throw new Problem(`Service/${service.metadata.name} selects no pods by labels`);
  const labelSelector = formatSelector({ matchLabels: selector });
  const pods = await listObjects(connection, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal);
  return pods
    .filter((pod) => isPodReady(asPod(pod)) && pod.metadata.deletionTimestamp === undefined)
    .slice(0, mostPods);
}

async function samplesOf(
  { pod, path }: Target,
  { path: below = '/metrics', names }: Source['metrics'],
  connection: Connection,
  signal: AbortSignal,
): Promise<(MetricSample & { pod: string })[] | { error: string }> {
  try {
    const { body } = await connection.request<unknown>({
      path: `${path}${below}`,
      accept: 'text/plain',
      signal,
      timeoutMs: 10_000,
    });
    const samples = parsePrometheusText(String(body)).filter(
      ({ name }) => names === undefined || names.some((prefix) => name.startsWith(prefix)),
    );
    return samples.slice(0, mostSamples).map((sample) => ({ pod, ...sample }));
  } catch (error) {
    signal.throwIfAborted();
    return { error: `${pod}: ${messageOf(error)}` };
  }
}
