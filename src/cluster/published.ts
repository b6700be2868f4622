import type { KubernetesObject } from '../kubernetes/object.ts';

/** Where the sandbox's router opened a port on this machine for a Service or an Ingress: port number → URL, as JSON. */
export const publishedAnnotation = 'tars-console.dev/published';

/** The URL under which a port of this Service or Ingress can be reached from here; undefined where none is published. */
export function publishedAddress(object: KubernetesObject, port: number): string | undefined {
  const text = object.metadata.annotations?.[publishedAnnotation];
  if (text === undefined) return undefined;
  try {
    const url: unknown = (JSON.parse(text) as Record<string, unknown>)[String(port)];
    return typeof url === 'string' && isLoopback(url) ? url : undefined;
  } catch {
    return undefined;
  }
}

// Anybody who may write annotations could else send requests, with what they carry, to a host of theirs.
function isLoopback(url: string): boolean {
  try {
    const { protocol, hostname } = new URL(url);
    return (
      (protocol === 'http:' || protocol === 'https:') &&
      (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname))
    );
  } catch {
    return false;
  }
}

/** The API server's way to a Service: works on every cluster, and counts as a request of its own. */
export function serviceProxyPath(namespace: string, service: string, port: number | string, path: string): string {
  const target = encodeURIComponent(`${service}:${port}`).replace('%3A', ':');
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${target}/proxy${path.startsWith('/') ? path : `/${path}`}`;
}

/** `backend-service:8000` → its parts; undefined when it is not of that form. */
export function parseServicePort(text: string): { name: string; port: number } | undefined {
  const match = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  return match?.[1] && port > 0 && port < 65_536 ? { name: match[1], port } : undefined;
}

/** The addresses that a LoadBalancer Service or an Ingress has been given, e.g. `203.0.113.7` or a host name. */
export function givenAddresses(object: KubernetesObject): string[] {
  const status = object.status as { loadBalancer?: { ingress?: unknown } } | undefined;
  const entries = Array.isArray(status?.loadBalancer?.ingress) ? status.loadBalancer.ingress : [];
  return (entries as { ip?: string; hostname?: string }[])
    .map((entry) => entry.ip ?? entry.hostname ?? '')
    .filter((address) => address !== '');
}
