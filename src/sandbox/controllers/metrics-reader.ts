import { parseDuration } from '../../base/duration.ts';
import { messageOf } from '../../base/errors.ts';
import type { HorizontalPodAutoscaler, MetricSpec } from '../../kubernetes/autoscaler.ts';
import type { MetricReading } from '../../kubernetes/autoscaler-metric.ts';
import type { PodReading } from '../../kubernetes/autoscaler-pods.ts';
import { formatSelector } from '../../kubernetes/labels.ts';
import { milliValue } from '../../kubernetes/quantity.ts';
import { type ApiClient, answered } from '../client.ts';

interface PodMetrics {
  metadata: { name: string };
  timestamp?: string;
  window?: string;
  containers?: { name: string; usage: Record<string, string> }[];
}

interface MetricValueList {
  items?: { describedObject?: { name: string }; timestamp?: string; windowSeconds?: number; value: string }[];
}

/**
 * Reads what one metric of an autoscaler needs from the metrics APIs (`podautoscaler/metrics/client.go`). What fails comes
 * back as the controller's own words, not as an exception.
 */
export async function readMetric(
  client: ApiClient,
  autoscaler: HorizontalPodAutoscaler,
  spec: MetricSpec,
  labelSelector: string,
): Promise<MetricReading> {
  const namespace = autoscaler.metadata.namespace ?? '';
  switch (spec.type) {
    case 'Resource':
    case 'ContainerResource': {
      const { name, container } = { container: undefined, name: '', ...spec.resource, ...spec.containerResource };
      return readResource(client, { namespace, labelSelector, resource: name, container });
    }
    case 'Pods':
      return readPods(client, namespace, spec, labelSelector);
    case 'Object':
      return readObject(client, namespace, spec);
    case 'External':
      return readExternal(client, namespace, spec);
  }
}

interface ResourceQuery {
  namespace: string;
  labelSelector: string;
  resource: string;
  container: string | undefined;
}

async function readResource(client: ApiClient, query: ResourceQuery): Promise<MetricReading> {
  const { namespace, labelSelector, resource, container } = query;
  const failed = (why: string) => ({ error: `unable to get metrics for resource ${resource}: ${why}` });
  let items: PodMetrics[];
  try {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
    items = (await client.get<{ items?: PodMetrics[] }>(path, { labelSelector })).items ?? [];
  } catch (error) {
    return failed(`unable to fetch metrics from resource metrics API: ${why(error, 'pods.metrics.k8s.io')}`);
  }
  if (items.length === 0) return failed('no metrics returned from resource metrics API');
  const pods = new Map<string, PodReading>();
  for (const { metadata, timestamp, window, containers = [] } of items) {
    const counted = container === undefined ? containers : containers.filter(({ name }) => name === container);
    const values = counted.map(({ usage }) => usage[resource]);
    // A pod with a container that was not measured says nothing.
    if (values.length === 0 || values.some((value) => value === undefined)) continue;
    const value = values.reduce((sum, quantity) => sum + milliValue(quantity ?? 0), 0);
    pods.set(metadata.name, { value, at: Date.parse(timestamp ?? ''), windowMs: parseDuration(window ?? '') ?? 0 });
  }
  return { pods };
}

async function readPods(
  client: ApiClient,
  namespace: string,
  spec: MetricSpec,
  labelSelector: string,
): Promise<MetricReading> {
  const { name = '', selector } = spec.pods?.metric ?? {};
  try {
    const path = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${namespace}/pods/*/${name}`;
    const metricLabelSelector = selector ? formatSelector(selector) : undefined;
    const { items = [] } = await client.get<MetricValueList>(path, { labelSelector, metricLabelSelector });
    const pods = new Map<string, PodReading>();
    for (const { describedObject, timestamp, windowSeconds = 60, value } of items)
      pods.set(describedObject?.name ?? '', {
        value: milliValue(value),
        at: Date.parse(timestamp ?? ''),
        windowMs: windowSeconds * 1000,
      });
    if (pods.size === 0) return { error: `unable to get metric ${name}: no metrics returned from custom metrics API` };
    return { pods };
  } catch (error) {
    return {
      error: `unable to get metric ${name}: unable to fetch metrics from custom metrics API: ${customFault(error)}`,
    };
  }
}

async function readObject(client: ApiClient, namespace: string, spec: MetricSpec): Promise<MetricReading> {
  const { metric, describedObject } = spec.object ?? { metric: { name: '' }, describedObject: { kind: '', name: '' } };
  // The words stand in this order on a real cluster too.
  const failed = (fault: string) => ({
    error: `unable to get metric ${metric.name}: ${describedObject.kind} on ${namespace} ${describedObject.name}/${fault}`,
  });
  try {
    const resource = `${describedObject.kind.toLowerCase()}s`;
    const path = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${namespace}/${resource}/${describedObject.name}/${metric.name}`;
    const { items: [first] = [] } = await client.get<MetricValueList>(path);
    return first ? { value: milliValue(first.value) } : failed('no metrics returned from custom metrics API');
  } catch (error) {
    return failed(`unable to fetch metrics from custom metrics API: ${customFault(error)}`);
  }
}

async function readExternal(client: ApiClient, namespace: string, spec: MetricSpec): Promise<MetricReading> {
  const { name = '', selector } = spec.external?.metric ?? {};
  const failed = (why: string) => ({ error: `unable to get external metric ${namespace}/${name}/nil: ${why}` });
  try {
    const labelSelector = selector ? formatSelector(selector) : undefined;
    const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${name}`;
    const { items = [] } = await client.get<MetricValueList>(path, { labelSelector });
    if (items.length === 0) return failed('no metrics returned from external metrics API');
    return { value: items.reduce((sum, { value }) => sum + milliValue(value), 0) };
  } catch (error) {
    return failed(
      `unable to fetch metrics from external metrics API: ${why(error, `${name}.external.metrics.k8s.io`)}`,
    );
  }
}

/** An API that is not served answers with a plain 404, which client-go puts into words of its own. */
function why(error: unknown, resource: string): string {
  return answered(error, 404) ? `the server could not find the requested resource (get ${resource})` : messageOf(error);
}

/** The custom metrics API is looked for by discovery first (`metrics/pkg/client/custom_metrics/discovery.go`). */
function customFault(error: unknown): string {
  return answered(error, 404) ? 'no custom metrics API (custom.metrics.k8s.io) registered' : messageOf(error);
}
