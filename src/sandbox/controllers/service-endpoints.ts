import { matchesMap } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, isPodFinished, isPodReady, type Pod } from '../../kubernetes/pod.ts';

export interface Service extends KubernetesObject {
  spec: {
    type?: string;
    selector?: Record<string, string>;
    ports?: ServicePort[];
    clusterIP?: string;
    publishNotReadyAddresses?: boolean;
  };
}

interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  protocol?: string;
  appProtocol?: string;
}

export interface EndpointPort {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

/** A pod that a Service sends to, or would if it were ready. */
export interface ServiceEndpoint {
  pod: Pod;
  address: string;
  ready: boolean;
  serving: boolean;
  terminating: boolean;
  ports: EndpointPort[];
}

/** The endpoints of a Service (`pkg/controller/util/endpoint/controller_utils.go`, `endpointslice/utils.go`), by address. */
export function endpointsOf(service: Service, pods: readonly KubernetesObject[]): ServiceEndpoint[] {
  const always = service.spec.publishNotReadyAddresses ?? false;
  return pods
    .filter((pod) => matchesMap(service.spec.selector, pod.metadata.labels))
    .map(asPod)
    .flatMap((pod) => {
      const address = pod.status?.podIP;
      if (!address || isPodFinished(pod)) return [];
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      const serving = isPodReady(pod);
      const ready = always || (serving && !terminating);
      return [{ pod, address, ready, serving, terminating, ports: portsFor(service, pod) }];
    })
    .sort((left, right) => left.address.localeCompare(right.address));
}

/** Target ports with names are looked up in the pod's containers; one that names nothing is left out. */
function portsFor({ spec }: Service, pod: Pod): EndpointPort[] {
  return (spec.ports ?? []).flatMap(({ name = '', port, targetPort, protocol = 'TCP', appProtocol }) => {
    const number = typeof targetPort === 'string' ? namedPort(pod, targetPort, protocol) : (targetPort ?? port);
    if (number === undefined) return [];
    return [{ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function namedPort(pod: Pod, name: string, protocol: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const ports = containers.flatMap((container) => container.ports ?? []);
  return ports.find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** Endpoints that share the same ports, as one subset or slice holds them. */
export function groupByPorts(
  endpoints: readonly ServiceEndpoint[],
): { ports: EndpointPort[]; members: ServiceEndpoint[] }[] {
  const groups = new Map<string, { ports: EndpointPort[]; members: ServiceEndpoint[] }>();
  for (const endpoint of endpoints) {
    const key = JSON.stringify(endpoint.ports);
    const group = groups.get(key) ?? { ports: endpoint.ports, members: [] };
    group.members.push(endpoint);
    groups.set(key, group);
  }
  return [...groups.values()];
}
