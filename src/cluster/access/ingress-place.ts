import type { KubernetesObject } from '../../kubernetes/object.ts';
import { givenAddresses, parseServicePort, publishedAddress } from '../published.ts';
import type { AccessPlace, AccessUrl, ForwardPlace, WantedAccess } from './access-point.ts';

interface IngressSpec {
  defaultBackend?: Backend;
  tls?: { hosts?: string[] }[];
  rules?: { host?: string; http?: { paths?: { path?: string; backend?: Backend }[] } }[];
}

interface Backend {
  service?: { name: string; port?: { number?: number; name?: string } };
}

/** Where an Ingress can be reached; undefined stands for one that does not exist. */
export function ingressPlace(wanted: WantedAccess, ingress: KubernetesObject | undefined): AccessPlace {
  const object = `Ingress/${wanted.ingress}`;
  if (!ingress) {
    const hosts = wanted.host ? [wanted.host] : [];
    const nowhere = { way: 'none', addresses: [], urls: [] } as const;
    return { object, ...nowhere, trouble: 'does not exist', hosts, forward: givenForward(wanted) };
  }
  const spec = (ingress.spec ?? {}) as IngressSpec;
  const hosts = hostsOf(spec, wanted.host);
  const forward = givenForward(wanted) ?? backendOf(spec, wanted);
  const urls = publishedUrls(ingress, hosts, wanted.path);
  if (urls.length > 0) return { object, way: 'published', addresses: ['127.0.0.1'], hosts, urls, forward };
  const addresses = givenAddresses(ingress);
  const [address] = addresses;
  if (address === undefined)
    return { object, way: 'none', addresses, trouble: noAddress(ingress), hosts, urls: [], forward };
  return { object, way: 'address', addresses, hosts, urls: addressUrls(spec, hosts, address, wanted.path), forward };
}

/** The wanted host first, then the others; a rule for all hosts has none. */
function hostsOf({ rules = [], tls = [] }: IngressSpec, first: string | undefined): string[] {
  const all = [...rules.flatMap(({ host }) => host ?? []), ...tls.flatMap(({ hosts = [] }) => hosts)];
  return [...new Set([...(first ? [first] : []), ...all])].filter(isHostName);
}

/**
 * As RFC 1123 has it, or with a star in front. A real API server takes no others; whatever else one says must not come into a line that
 * is copied into a shell, or into /etc/hosts.
 */
function isHostName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= 253 && /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name);
}

function isSecure({ tls = [] }: IngressSpec, host: string): boolean {
  return tls.some(({ hosts }) => !hosts?.length || hosts.includes(host));
}

function addressUrls(spec: IngressSpec, hosts: readonly string[], address: string, path: string): AccessUrl[] {
  const named = hosts.filter((host) => !host.startsWith('*'));
  return (named.length > 0 ? named : [inUrl(address)]).map((host) => {
    const secure = isSecure(spec, host);
    return { url: `${secure ? 'https' : 'http'}://${host}${path}`, address, port: secure ? 443 : 80 };
  });
}

/** The sandbox opens ports of this machine: the one for TLS first, where there is one. */
function publishedUrls(ingress: KubernetesObject, hosts: readonly string[], path: string): AccessUrl[] {
  const spec = (ingress.spec ?? {}) as IngressSpec;
  const named = hosts.filter((host) => !host.startsWith('*'));
  return (named.length > 0 ? named : ['localhost']).flatMap((host) => {
    const base = (isSecure(spec, host) ? publishedAddress(ingress, 443) : undefined) ?? publishedAddress(ingress, 80);
    if (base === undefined) return [];
    const { protocol, hostname, port } = new URL(base);
    return [{ url: `${protocol}//${host}:${port}${path}`, address: hostname, port: Number(port) }];
  });
}

function noAddress(ingress: KubernetesObject): string {
  const { ingressClassName } = (ingress.spec ?? {}) as { ingressClassName?: string };
  const of = ingressClassName ? ` for the class ${ingressClassName}` : '';
  return `has no address: is an ingress controller running${of}?`;
}

function givenForward({ forward }: WantedAccess): ForwardPlace | undefined {
  const parsed = forward === undefined ? undefined : parseServicePort(forward);
  return parsed && { service: parsed.name, port: parsed.port };
}

/** The Service behind the wanted host and path: of several paths the longest that it begins with. */
function backendOf(
  { rules = [], defaultBackend }: IngressSpec,
  { host, path }: WantedAccess,
): ForwardPlace | undefined {
  const paths = rules
    .filter((rule) => host === undefined || rule.host === undefined || rule.host === host)
    .flatMap((rule) => rule.http?.paths ?? [])
    .filter((one) => path.startsWith((one.path ?? '/').replace(/\/$/, '')))
    .sort((a, b) => (b.path ?? '').length - (a.path ?? '').length);
  const service = (paths[0]?.backend ?? defaultBackend)?.service;
  const port = service?.port?.number ?? service?.port?.name;
  return service && port !== undefined ? { service: service.name, port } : undefined;
}

/** An address as a URL takes it: IPv6 in brackets. */
export function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
