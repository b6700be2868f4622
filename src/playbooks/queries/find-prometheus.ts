import type { Connection } from '../../cluster/connection.ts';
import { hasStatus } from '../../cluster/kubernetes-error.ts';
import { listObjects } from '../../cluster/objects.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { QuerySource } from './query-source.ts';

type ServiceSource = Extract<QuerySource, { kind: 'service' }>;

interface ServiceSpec {
  clusterIP?: string;
  ports?: { name?: string; port: number }[];
}

/** Services that look like the API of a Prometheus, the likeliest first. Where not all may be seen, the namespace's own. */
export async function findPrometheus(
  connection: Connection,
  namespace: string,
  signal: AbortSignal,
): Promise<ServiceSource[]> {
  const services = { apiVersion: 'v1', kind: 'Service' };
  try {
    return rankPrometheus(await listObjects(connection, services, signal));
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    const own = await listObjects(connection, { ...services, namespace }, signal).catch((): KubernetesObject[] => []);
    return rankPrometheus(own);
  }
}

/** Parts of a Prometheus installation that have the name and not the API. */
const others = /alertmanager|node-exporter|pushgateway|operator|adapter|state-metrics|blackbox|kubelet|grafana|webhook/;

/** The Services among these that are Prometheus', by their labels and names as the charts and the operator give them. */
export function rankPrometheus(services: readonly KubernetesObject[]): ServiceSource[] {
  const ranked = services.flatMap((service) => {
    const rank = rankOf(service);
    const port = portOf(service);
    return rank === undefined || port === undefined ? [] : [{ rank, source: sourceOf(service, port) }];
  });
  return ranked
    .sort((a, b) => a.rank - b.rank || nameOf(a.source).localeCompare(nameOf(b.source)))
    .map(({ source }) => source);
}

function rankOf({ metadata, spec }: KubernetesObject): number | undefined {
  const { name, labels = {} } = metadata;
  const app = labels['app.kubernetes.io/name'] ?? labels.app ?? labels['k8s-app'] ?? '';
  const component = labels['app.kubernetes.io/component'] ?? labels.component ?? '';
  if ([name, app, component].some((text) => others.test(text))) return undefined;
  const headless = ((spec ?? {}) as ServiceSpec).clusterIP === 'None' ? 10 : 0;
  if (app === 'prometheus' || component === 'prometheus') return headless;
  if (labels['operated-prometheus'] === 'true') return headless + 1;
  if (/(^|-)prometheus(-server|-k8s|-operated)?$/.test(name) || /-prometheus$/.test(app)) return headless + 2;
  return undefined;
}

function portOf({ spec }: KubernetesObject): number | undefined {
  const { ports = [] } = (spec ?? {}) as ServiceSpec;
  const named = ports.find(({ name }) => name === 'web' || name === 'http-web');
  const usual = ports.find(({ port }) => port === 9090) ?? ports.find(({ name }) => name === 'http');
  return (named ?? usual ?? (ports.length === 1 ? ports[0] : undefined))?.port;
}

function sourceOf({ metadata }: KubernetesObject, port: number): ServiceSource {
  return { kind: 'service', namespace: metadata.namespace ?? 'default', name: metadata.name, port };
}

function nameOf({ namespace, name }: ServiceSource): string {
  return `${namespace}/${name}`;
}
