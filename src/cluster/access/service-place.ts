import type { KubernetesObject } from '../../kubernetes/object.ts';
import { givenAddresses, parseServicePort, publishedAddress } from '../published.ts';
import type { AccessPlace, WantedAccess } from './access-point.ts';
import { inUrl } from './ingress-place.ts';

interface ServiceSpec {
  type?: string;
  ports?: { name?: string; port: number; nodePort?: number; appProtocol?: string }[];
}

/** Where a Service can be reached; `nodeAddress` is one of a node, where the Service has a port on all of them. */
export function servicePlace(
  wanted: WantedAccess,
  service: KubernetesObject | undefined,
  nodeAddress: string | undefined,
): AccessPlace {
  const [name = '', written = ''] = (wanted.service ?? '').split(':');
  const object = `Service/${name}`;
  const nowhere = { object, way: 'none', addresses: [], hosts: [], urls: [] } as const;
  const parsed = parseServicePort(wanted.service ?? '');
  const given = parsed ? { service: parsed.name, port: parsed.port } : { service: name, port: written };
  if (!service) return { ...nowhere, trouble: 'does not exist', forward: given };
  const { type = 'ClusterIP', ports = [] } = (service.spec ?? {}) as ServiceSpec;
  const port = ports.find((one) => String(one.port) === written || one.name === written);
  if (!port) return { ...nowhere, trouble: `has no port ${written}`, forward: undefined };
  const forward = { service: name, port: port.port };
  const at = (way: 'published' | 'address' | 'node-port', address: string, number: number, protocol: string) => {
    const url = `${protocol}://${inUrl(address)}:${number}${wanted.path}`;
    return { object, way, addresses: [address], hosts: [], urls: [{ url, address, port: number }], forward };
  };
  const published = publishedAddress(service, port.port);
  if (published) {
    const { hostname, port: number, protocol } = new URL(published);
    return at('published', hostname, Number(number), protocol.replace(':', ''));
  }
  const scheme = isHttps(port) ? 'https' : 'http';
  const [address] = givenAddresses(service);
  if (address !== undefined) return at('address', address, port.port, scheme);
  if (port.nodePort !== undefined && nodeAddress !== undefined)
    return at('node-port', nodeAddress, port.nodePort, scheme);
  const trouble =
    type === 'LoadBalancer'
      ? 'waits for an address of its load balancer'
      : `is of the type ${type}: only the cluster reaches it`;
  return { ...nowhere, trouble, forward };
}

/** Whether a Service opens a port on every node, so that one of their addresses is wanted. */
export function hasNodePort(service: KubernetesObject | undefined): boolean {
  const { ports = [] } = (service?.spec ?? {}) as ServiceSpec;
  return ports.some(({ nodePort }) => nodePort !== undefined);
}

function isHttps({ port, name, appProtocol }: NonNullable<ServiceSpec['ports']>[number]): boolean {
  return port === 443 || name === 'https' || appProtocol === 'https';
}
