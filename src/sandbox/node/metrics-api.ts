import { meetsAll, parseSelector } from '../../kubernetes/labels.ts';
import type { AggregatedApi } from '../api/delegates.ts';
import type { UsageMeter } from './metrics.ts';
import { type MetricsObject, nodeMetrics, podMetrics } from './metrics-objects.ts';

const verbs = ['get', 'list'];
const apiVersion = 'metrics.k8s.io/v1beta1';

/** `metrics.k8s.io/v1beta1`, as metrics-server serves it. */
export function createMetricsApi(parts: {
  meter: UsageMeter;
  nodeNames: readonly string[];
  windowMs: number;
}): AggregatedApi {
  const nodes = () => {
    const usages = parts.meter.pods();
    return parts.nodeNames.map((name) => nodeMetrics(name, usages, parts.windowMs, Date.now()));
  };
  const pods = () => parts.meter.pods().map(podMetrics);
  return {
    resources: [
      { plural: 'nodes', singular: 'node', kind: 'NodeMetrics', namespaced: false, verbs },
      { plural: 'pods', singular: 'pod', kind: 'PodMetrics', namespaced: true, verbs },
    ],
    async get(path, query) {
      const match = /^(?:\/namespaces\/([^/]+))?\/(nodes|pods)(?:\/([^/]+))?\/?$/.exec(path);
      if (!match) return status(404, `the server could not find the requested resource ${path}`);
      const [, namespace, resource, name] = match;
      const kind = resource === 'nodes' ? 'NodeMetrics' : 'PodMetrics';
      const items = (resource === 'nodes' ? nodes() : pods()).filter((item) => chosen(item, namespace, query));
      if (name === undefined) return { status: 200, body: { kind: `${kind}List`, apiVersion, metadata: {}, items } };
      const one = items.find((item) => item.metadata.name === name);
      const about = namespace ? `${namespace}/${name}` : name;
      return one
        ? { status: 200, body: one }
        : status(404, `${kind.toLowerCase()}.metrics.k8s.io "${about}" not found`);
    },
  };
}

function chosen(item: MetricsObject, namespace: string | undefined, query: URLSearchParams): boolean {
  if (namespace !== undefined && item.metadata.namespace !== namespace) return false;
  const name = /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
  if (name !== undefined && item.metadata.name !== name) return false;
  return meetsAll(parseSelector(query.get('labelSelector') ?? ''), item.metadata.labels);
}

function status(code: number, message: string): { status: number; body: unknown } {
  const reason = code === 404 ? 'NotFound' : 'BadRequest';
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
  };
}
