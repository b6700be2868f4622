import { type ApiClient, answered } from '../client.ts';
import type { HttpFront } from './http-front.ts';
import type { Ingress } from './ingress.ts';
import type { Service } from './service-table.ts';

/** Says where a Service or an Ingress can be reached from this machine: a JSON object of port number → URL. */
export const publishedAnnotation = 'tars-console.dev/published';

/** Opens what the Service's ports need and writes the addresses onto it, unless they stand there. */
export function publishService(client: ApiClient, service: Service, open: (port: number) => Promise<HttpFront>): void {
  const { spec, metadata } = service;
  if (spec.type === 'ExternalName' || Object.keys(spec.selector ?? {}).length === 0) return;
  const ports = (spec.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  quietly(async () => {
    const urls = await Promise.all(ports.map(async ({ port }) => [String(port), (await open(port)).url] as const));
    const path = `/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}`;
    await annotate(client, path, metadata, JSON.stringify(Object.fromEntries(urls)));
  });
}

/** The same for an Ingress of the class nginx, and its load balancer's address. */
export function publishIngress(client: ApiClient, ingress: Ingress, open: () => Promise<HttpFront>): void {
  const { metadata, spec } = ingress;
  const legacy = metadata.annotations?.['kubernetes.io/ingress.class'];
  if ((spec.ingressClassName ?? legacy ?? 'nginx') !== 'nginx') return;
  quietly(async () => {
    const { url, port } = await open();
    const path = `/apis/networking.k8s.io/v1/namespaces/${metadata.namespace}/ingresses/${metadata.name}`;
    await annotate(client, path, metadata, JSON.stringify({ '80': url }));
    const status = { loadBalancer: { ingress: [{ ip: '127.0.0.1', ports: [{ port, protocol: 'TCP' }] }] } };
    if (JSON.stringify(ingress.status ?? {}).includes(`"port":${port}`)) return;
    await client.patch(`${path}/status`, { status }, 'merge');
  });
}

async function annotate(client: ApiClient, path: string, metadata: Service['metadata'], value: string): Promise<void> {
  if (metadata.annotations?.[publishedAnnotation] === value) return;
  await client.patch(path, { metadata: { annotations: { [publishedAnnotation]: value } } }, 'merge');
}

/** An object that went away meanwhile, or a server that does: the next change brings it up again. */
function quietly(work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    if (!answered(error, 404) && !answered(error, 409)) return;
  });
}
