import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Informer } from '../informer.ts';

export interface Service extends KubernetesObject {
  spec: {
    type?: string;
    clusterIP?: string;
    selector?: Record<string, string>;
    ports?: ServicePort[];
  };
}

interface ServicePort {
  name?: string;
  port: number;
  protocol?: string;
  targetPort?: number | string;
}

interface Endpoint {
  address: string;
  port: number;
}

interface EndpointSlice extends KubernetesObject {
  ports?: { name?: string; port?: number }[];
  endpoints?: { addresses: string[]; hostname?: string; conditions?: { ready?: boolean } }[];
}

/** Who stands behind a Service now, by the EndpointSlices: what kube-proxy knows. */
export interface ServiceTable {
  service(namespace: string, name: string): Service | undefined;
  /** By a Service's DNS name as seen from a namespace, or by its cluster IP. */
  find(namespace: string, host: string): Service | undefined;
  /**
   * The addresses of a name: a Service's own, all of its pods' when it has none, one pod's by `POD.SERVICE`, or the address
   * itself.
   */
  addresses(namespace: string, host: string): readonly string[];
  /** The ready endpoints of a port, given by number or name. */
  ready(service: Service, port: number | string): readonly Endpoint[];
  stop(): void;
}

const serviceNameLabel = 'kubernetes.io/service-name';

export function createServiceTable(services: Informer, slices: Informer): ServiceTable {
  let byService = new Map<string, EndpointSlice[]>();
  let byPort = new Map<string, Endpoint[]>();
  let stale = true;
  const off = slices.on(() => {
    stale = true;
  });
  const refresh = () => {
    stale = false;
    byPort = new Map();
    byService = new Map();
    for (const object of slices.list()) {
      const key = `${object.metadata.namespace}/${object.metadata.labels?.[serviceNameLabel]}`;
      byService.set(key, [...(byService.get(key) ?? []), object as EndpointSlice]);
    }
  };
  const find = (namespace: string, host: string) => {
    const [name = '', inNamespace = namespace] = host.replace(/\.svc(\.cluster\.local\.?)?$/, '').split('.');
    const named = services.get(inNamespace, name);
    return (named ?? services.list().find((one) => (one as Service).spec.clusterIP === host)) as Service | undefined;
  };
  return {
    service: (namespace, name) => services.get(namespace, name) as Service | undefined,
    find,
    addresses(namespace, host) {
      if (/^\d+(\.\d+){3}$/.test(host)) return [host];
      if (stale) refresh();
      const endpointsOf = ({ metadata }: Service) =>
        (byService.get(`${metadata.namespace}/${metadata.name}`) ?? []).flatMap((slice) => slice.endpoints ?? []);
      const service = find(namespace, host);
      const { clusterIP } = service?.spec ?? {};
      if (service && clusterIP && clusterIP !== 'None') return [clusterIP];
      if (service)
        return endpointsOf(service)
          .filter(isReady)
          .flatMap((one) => one.addresses);
      const [pod, ...rest] = host.split('.');
      const above = rest.length > 0 ? find(namespace, rest.join('.')) : undefined;
      return above
        ? endpointsOf(above)
            .filter((one) => one.hostname === pod)
            .flatMap((one) => one.addresses)
        : [];
    },
    ready(service, port) {
      if (stale) refresh();
      const { namespace, name } = service.metadata;
      const key = `${namespace}/${name}`;
      const known = byPort.get(`${key}:${port}`);
      if (known) return known;
      const endpoints = readyEndpoints(byService.get(key) ?? [], portOf(service, port));
      byPort.set(`${key}:${port}`, endpoints);
      return endpoints;
    },
    stop: off,
  };
}

function portOf(service: Service, port: number | string): ServicePort | undefined {
  return service.spec.ports?.find((one) => one.port === Number(port) || (one.name !== undefined && one.name === port));
}

const isReady = (endpoint: { conditions?: { ready?: boolean } }) => endpoint.conditions?.ready !== false;

function readyEndpoints(slices: readonly EndpointSlice[], port: ServicePort | undefined): Endpoint[] {
  if (!port) return [];
  return slices.flatMap((slice) => {
    const target = slice.ports?.find((one) => (one.name ?? '') === (port.name ?? ''))?.port;
    if (target === undefined) return [];
    // Not said means ready (`discovery/v1`, EndpointConditions).
    const ready = (slice.endpoints ?? []).filter(isReady);
    return ready.flatMap((endpoint) => endpoint.addresses.map((address) => ({ address, port: target })));
  });
}
