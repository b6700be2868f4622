import { type ApiClient, answered } from '../client.ts';
import { pause } from '../informer.ts';
import type { HttpFront } from './http-front.ts';
import type { Ingress } from './ingress.ts';
import type { Service } from './service-table.ts';

/** Says where a Service or an Ingress can be reached from this machine: a JSON object of port number → URL. */
const publishedAnnotation = 'tars-console.dev/published';

/** On a Service of the type LoadBalancer: the address that it gets, where nobody else gives it one. */
const addressAnnotation = 'tars-console.dev/load-balancer';

/** Opens what the Service's ports need and writes the addresses onto it, unless they stand there. */
export function publishService(client: ApiClient, service: Service, open: (port: number) => Promise<HttpFront>): void {
  const { spec, metadata } = service;
  if (spec.type === 'ExternalName' || Object.keys(spec.selector ?? {}).length === 0) return;
  const ports = (spec.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  void persist(async () => {
    const urls = await Promise.all(ports.map(async ({ port }) => [String(port), (await open(port)).url] as const));
    const path = `/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}`;
    await annotate(client, path, metadata, JSON.stringify(Object.fromEntries(urls)));
    const ip = metadata.annotations?.[addressAnnotation];
    if (ip === undefined || spec.type !== 'LoadBalancer' || JSON.stringify(service.status ?? {}).includes(ip)) return;
    await client.patch(`${path}/status`, { status: { loadBalancer: { ingress: [{ ip }] } } }, 'merge');
  });
}

/** The same for an Ingress of the class nginx, with a port for TLS when it asks for that, and its load balancer's address. */
export function publishIngress(
  client: ApiClient,
  ingress: Ingress,
  open: (port: 80 | 443) => Promise<HttpFront>,
): void {
  const { metadata, spec } = ingress;
  const legacy = metadata.annotations?.['kubernetes.io/ingress.class'];
  if ((spec.ingressClassName ?? legacy ?? 'nginx') !== 'nginx') return;
  void persist(async () => {
    const wanted = spec.tls?.length ? ([80, 443] as const) : ([80] as const);
    const fronts = await Promise.all(wanted.map(async (port) => [String(port), await open(port)] as const));
    const urls = Object.fromEntries(fronts.map(([port, { url }]) => [port, url]));
    const ports = fronts.map(([, { port }]) => ({ port, protocol: 'TCP' }));
    const path = `/apis/networking.k8s.io/v1/namespaces/${metadata.namespace}/ingresses/${metadata.name}`;
    await annotate(client, path, metadata, JSON.stringify(urls));
    const status = { loadBalancer: { ingress: [{ ip: '127.0.0.1', ports }] } };
    if (JSON.stringify(ingress.status ?? {}).includes(JSON.stringify(ports))) return;
    await client.patch(`${path}/status`, { status }, 'merge');
  });
}

async function annotate(client: ApiClient, path: string, metadata: Service['metadata'], value: string): Promise<void> {
  if (metadata.annotations?.[publishedAnnotation] === value) return;
  await client.patch(path, { metadata: { annotations: { [publishedAnnotation]: value } } }, 'merge');
}

/** Tries again some times; an object that went away meanwhile is given up, and the next change brings it up again. */
async function persist(work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (answered(error, 404)) return;
      await pause(200 * 2 ** attempt);
    }
  }
}
