import { Problem } from '../base/errors.ts';
import type { Connection } from '../cluster/connection.ts';
import { getObject } from '../cluster/objects.ts';
import { givenAddresses, parseServicePort, publishedAddress } from '../cluster/published.ts';
import type { SystemLimits } from './limits.ts';
import type { Scenario } from './scenario.ts';
import type { LoadAddress } from './transport.ts';

export interface LoadTarget {
  address: LoadAddress;
  through: 'service' | 'ingress';
  /** `Service backend-service:8000`, for people. */
  description: string;
  /** The Service that takes the requests in the end, where it is known. */
  service?: string | undefined;
}

type Wanted = NonNullable<Scenario['target']>;
type ClusterObject = NonNullable<Awaited<ReturnType<typeof getObject>>>;

/**
 * Where a Service or an Ingress can be reached from this machine: where it was published, else the address that a load
 * balancer gave it. Throws `Problem` when it does not exist or has no address.
 */
export async function findLoadTarget(
  connection: Connection,
  wanted: Wanted | undefined,
  namespace: string,
  signal?: AbortSignal,
): Promise<LoadTarget> {
  if (wanted?.service) return serviceTarget(connection, wanted.service, namespace, signal);
  if (wanted?.ingress) return ingressTarget(connection, wanted.ingress, wanted.host, namespace, signal);
  throw new Problem('The scenario does not say where the load goes', {
    next: ['Give it with --url, or as `target` in the scenario.'],
  });
}

async function serviceTarget(
  connection: Connection,
  text: string,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<LoadTarget> {
  const parsed = parseServicePort(text);
  if (!parsed) throw new Problem(`\`${text}\` is not a service with its port, e.g. backend-service:8000`);
  const { name, port } = parsed;
  const ref = { apiVersion: 'v1', kind: 'Service', name, namespace };
  const service = existing(await getObject(connection, ref, signal), `Service ${name}`, namespace);
  const [given] = givenAddresses(service);
  const url = publishedAddress(service, port) ?? (given ? `http://${bracketed(given)}:${port}` : undefined);
  if (!url)
    throw new Problem(`Service ${name} cannot be reached from this machine`, {
      next: [
        `In another terminal: kubectl port-forward -n ${namespace} service/${name} ${port}:${port}`,
        `Then: --url http://127.0.0.1:${port} (a port-forward goes to one pod only, so it does not show scaling)`,
      ],
    });
  return { address: { url }, through: 'service', description: `Service ${name}:${port}`, service: name };
}

async function ingressTarget(
  connection: Connection,
  name: string,
  wantedHost: string | undefined,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<LoadTarget> {
  const ref = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name, namespace };
  const ingress = existing(await getObject(connection, ref, signal), `Ingress ${name}`, namespace);
  const spec = ingress.spec as IngressSpec | undefined;
  const host = wantedHost ?? spec?.rules?.find((rule) => rule.host)?.host;
  const [given] = givenAddresses(ingress);
  const scheme = spec?.tls && spec.tls.length > 0 ? 'https' : 'http';
  const url = publishedAddress(ingress, 80) ?? (given ? `${scheme}://${bracketed(given)}` : undefined);
  if (!url)
    throw new Problem(`Ingress ${name} has no address`, {
      next: ['Is an ingress controller installed?', `kubectl get ingress ${name} -n ${namespace}`],
    });
  const description = `Ingress ${name}${host ? ` (${host})` : ''}`;
  return { address: { url, host }, through: 'ingress', description, service: backendOf(spec, host) };
}

interface IngressSpec {
  rules?: { host?: string; http?: { paths?: { backend?: { service?: { name?: string } } }[] } }[];
  tls?: unknown[];
}

/** The one Service that a host leads to; undefined where its paths lead to several. */
function backendOf(spec: IngressSpec | undefined, host: string | undefined): string | undefined {
  const rules = (spec?.rules ?? []).filter((rule) => rule.host === host);
  const paths = rules.flatMap(({ http }) => http?.paths ?? []);
  const [only, second] = new Set(paths.flatMap(({ backend }) => backend?.service?.name ?? []));
  return second === undefined ? only : undefined;
}

/** What the cluster says about the limits that the scenario names; what cannot be read is left out. */
export async function readSystemLimits(
  connection: Connection,
  scenario: Scenario,
  through: 'service' | 'ingress' | undefined,
  namespace: string,
  signal?: AbortSignal,
): Promise<SystemLimits> {
  const read = async (ref: { apiVersion: string; kind: string; name: string }) =>
    getObject(connection, { ...ref, namespace }, signal).catch(() => undefined);
  const rule = scenario.limits?.['per-client'];
  const configMap = rule && (await read({ apiVersion: 'v1', kind: 'ConfigMap', name: rule.configmap }));
  const perMinute = Number((configMap?.data as Record<string, string> | undefined)?.[rule?.key ?? '']);
  const name = scenario.target?.ingress;
  const ingress = name ? await read({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name }) : undefined;
  const limitRps = Number(ingress?.metadata.annotations?.['nginx.ingress.kubernetes.io/limit-rps']);
  return {
    namespace,
    perClient:
      rule && perMinute > 0 ? { perMinute, configMap: rule.configmap, key: rule.key, value: rule.value } : undefined,
    ingress: name && limitRps > 0 ? { name, requestsPerSecond: limitRps, inTheWay: through === 'ingress' } : undefined,
  };
}

function existing(object: ClusterObject | undefined, what: string, namespace: string): ClusterObject {
  if (object) return object;
  throw new Problem(`There is no ${what} in the namespace ${namespace}`, {
    next: ['Deploy the system first.', `kubectl get services,ingresses -n ${namespace}`],
  });
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
