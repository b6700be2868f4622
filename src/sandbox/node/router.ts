import type { ApiClient } from '../client.ts';
import type { Informer, ObjectChange } from '../informer.ts';
import type { Balancer } from './balancer.ts';
import { type Answer, type HttpFront, openFront } from './http-front.ts';
import type { Ingress } from './ingress.ts';
import { type Certificates, createIngressCertificates } from './ingress-certificates.ts';
import { createIngressAnswer } from './ingress-front.ts';
import { publishIngress, publishService } from './publish.ts';
import type { Service, ServiceTable } from './service-table.ts';

export interface RouterParts {
  client: ApiClient;
  services: Informer;
  ingresses: Informer;
  table: ServiceTable;
  balancer: Balancer;
}

/** Publishes every Service with a selector and every Ingress on loopback ports, one server each. Returns what ends it. */
export function startRouter(parts: RouterParts): () => void {
  const { client, table, balancer } = parts;
  const fronts = createFronts();

  const onService = ({ type, object }: ObjectChange) => {
    const { namespace = 'default', name } = object.metadata;
    const key = `service/${namespace}/${name}/`;
    if (type === 'deleted') return fronts.close(key);
    const answer =
      (port: number): Answer =>
      async (request) => {
        const service = table.service(namespace, name);
        return service && balancer.toService(service, port, request);
      };
    publishService(client, object as Service, (port) => fronts.open(`${key}${port}`, answer(port)));
  };
  const onIngress = ({ type, object }: ObjectChange) => {
    const { namespace = 'default', name } = object.metadata;
    const key = `ingress/${namespace}/${name}/`;
    if (type === 'deleted') return fronts.close(key);
    const current = () => parts.ingresses.get(namespace, name) as Ingress | undefined;
    const ingress = object as Ingress;
    if (!ingress.spec.tls?.length) fronts.close(`${key}443`);
    publishIngress(client, ingress, (port) => {
      const answer = createIngressAnswer(current, balancer, table);
      const certificates = port === 443 ? () => createIngressCertificates(client, current) : undefined;
      return fronts.open(`${key}${port}`, answer, certificates);
    });
  };
  const offServices = parts.services.on(onService);
  const offIngresses = parts.ingresses.on(onIngress);
  return () => {
    offServices();
    offIngresses();
    fronts.close('');
  };
}

/** The open servers by what they are for. */
function createFronts() {
  const fronts = new Map<string, Promise<HttpFront>>();
  return {
    open(key: string, answer: Answer, certificates?: () => Promise<Certificates>): Promise<HttpFront> {
      const front =
        fronts.get(key) ?? (certificates ? certificates().then((own) => openFront(answer, own)) : openFront(answer));
      fronts.set(key, front);
      return front;
    },
    close(prefix: string): void {
      for (const [key, front] of fronts) {
        if (!key.startsWith(prefix)) continue;
        fronts.delete(key);
        void front.then((one) => one.close());
      }
    },
  };
}
