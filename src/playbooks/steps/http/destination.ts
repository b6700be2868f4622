import { Problem } from '../../../base/errors.ts';
import type { Connection } from '../../../cluster/connection.ts';
import { getObject } from '../../../cluster/objects.ts';
import { givenAddresses, parseServicePort, publishedAddress, serviceProxyPath } from '../../../cluster/published.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';

/** Where a request goes: straight to a URL, or through the API server's proxy to a Service. */
export type HttpDestination =
  | { through: 'url'; url: string; host: string | undefined }
  | { through: 'proxy'; path: string };

export interface WantedDestination {
  service?: string | undefined;
  ingress?: string | undefined;
  namespace?: string | undefined;
  url?: string | undefined;
  host?: string | undefined;
  path?: string | undefined;
}

/** Finds the way to a Service, an Ingress or a URL. Throws `Problem` when there is none. */
export async function findDestination(
  wanted: WantedDestination,
  connection: Connection,
  own: string,
  signal: AbortSignal,
): Promise<HttpDestination> {
  const { path = '/', namespace = own } = wanted;
  if (wanted.url) return { through: 'url', url: joined(wanted.url, wanted.path), host: wanted.host };
  if (wanted.service) return serviceDestination(wanted.service, wanted.host, path, connection, namespace, signal);
  if (wanted.ingress) return ingressDestination(wanted.ingress, wanted.host, path, connection, namespace, signal);
  throw new Problem('An `http` step needs one of `service`, `ingress` and `url`');
}

async function serviceDestination(
  text: string,
  host: string | undefined,
  path: string,
  connection: Connection,
  namespace: string,
  signal: AbortSignal,
): Promise<HttpDestination> {
  const parsed = parseServicePort(text);
  if (!parsed) throw new Problem(`\`${text}\` is no Service with its port; write it like \`backend-service:8000\``);
  const { name, port } = parsed;
  const service = await read(connection, { apiVersion: 'v1', kind: 'Service', name, namespace }, signal);
  const published = publishedAddress(service, port);
  if (published) return { through: 'url', url: joined(published, path), host };
  return { through: 'proxy', path: serviceProxyPath(namespace, name, port, path) };
}

interface IngressSpec {
  tls?: { hosts?: string[] }[];
  rules?: { host?: string }[];
}

async function ingressDestination(
  name: string,
  wantedHost: string | undefined,
  path: string,
  connection: Connection,
  namespace: string,
  signal: AbortSignal,
): Promise<HttpDestination> {
  const ref = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name, namespace };
  const ingress = await read(connection, ref, signal);
  const spec = (ingress.spec ?? {}) as IngressSpec;
  const host = wantedHost ?? spec.rules?.find((rule) => rule.host)?.host;
  const published = publishedAddress(ingress, 80);
  if (published) return { through: 'url', url: joined(published, path), host };
  const [address] = givenAddresses(ingress);
  if (!address)
    throw new Problem(`Ingress ${name} has no address`, {
      next: ['Is an ingress controller running for its class?', `kubectl get ingress ${name} -n ${namespace}`],
    });
  const secure = spec.tls?.some(({ hosts }) => !hosts || !host || hosts.includes(host)) === true;
  const authority = address.includes(':') ? `[${address}]` : address;
  return { through: 'url', url: joined(`${secure ? 'https' : 'http'}://${authority}`, path), host };
}

async function read(
  connection: Connection,
  ref: { apiVersion: string; kind: string; name: string; namespace: string },
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const object = await getObject(connection, ref, signal);
  if (object) return object;
  throw new Problem(`There is no ${ref.kind} ${ref.name} in the namespace ${ref.namespace}`, {
    next: [`kubectl get ${ref.kind.toLowerCase()}s -n ${ref.namespace}`],
  });
}

function joined(base: string, path: string | undefined): string {
  if (path === undefined || path === '') return base;
  return `${base.replace(/\/$/, '')}${path.startsWith('/') ? path : `/${path}`}`;
}
