import type { ApiClient } from '../client.ts';
import type { Informer } from '../informer.ts';
import { type Peer, text, type WorkloadRequest, type WorkloadResponse } from '../workloads/image.ts';
import { listener } from './addresses.ts';
import { type HttpFront, openFront } from './http-front.ts';
import { type Ingress, route } from './ingress.ts';
import type { PodWorker } from './pod-worker.ts';
import { publishIngress, publishService } from './publish.ts';
import { createRequestLimiter, requestLimits } from './request-limit.ts';
import type { Service, ServiceTable } from './service-table.ts';

export interface Router {
  /** Sends a request to a random ready endpoint; `port` is the Service's, by number or name. 503 without an endpoint. */
  toService(service: Service, port: number | string, request: WorkloadRequest): Promise<WorkloadResponse | undefined>;
  /** A connection inside the cluster. */
  dial(namespace: string, host: string, port: number): Peer | undefined;
  stop(): void;
}

export interface RouterParts {
  client: ApiClient;
  services: Informer;
  ingresses: Informer;
  table: ServiceTable;
  /** The pod that has this address. */
  podAt(address: string): PodWorker | undefined;
  random?: () => number;
}

/** Balances over ready endpoints, and publishes every Service with a selector and every Ingress on loopback ports. */
export function startRouter(parts: RouterParts): Router {
  const { table, podAt, random = Math.random } = parts;
  const pick = (service: Service, port: number | string) => {
    const endpoints = table.ready(service, port);
    return endpoints[Math.floor(random() * endpoints.length)];
  };

  const toService: Router['toService'] = async (service, port, request) => {
    const endpoint = pick(service, port);
    if (!endpoint) return text(503, `no endpoints available for service "${service.metadata.name}"\n`);
    const container = listener(podAt(endpoint.address), endpoint.port);
    return container?.handle(request, endpoint.port) ?? text(502, 'connection refused\n');
  };
  const toIngress = (namespace: string, name: string) => {
    let limiter: ReturnType<typeof createRequestLimiter> = () => true;
    let limitsOf: unknown;
    return async (request: WorkloadRequest) => {
      const ingress = parts.ingresses.get(namespace, name) as Ingress | undefined;
      if (!ingress) return undefined;
      const annotations = ingress.metadata.annotations;
      const limits = requestLimits(annotations);
      if (JSON.stringify(limits) !== limitsOf) {
        limitsOf = JSON.stringify(limits);
        limiter = createRequestLimiter(limits);
      }
      if (!limiter(request.remoteAddress, performance.now())) return text(429, 'Too Many Requests (nginx limit_req)\n');
      const backend = route(ingress, request.headers.host ?? '', request.url.split('?')[0] ?? '/')?.service;
      if (!backend) return text(404, 'default backend - 404\n');
      const service = table.service(namespace, backend.name);
      if (!service) return text(503, 'Service Temporarily Unavailable\n');
      const headers = {
        ...request.headers,
        'x-real-ip': request.remoteAddress,
        'x-forwarded-for': request.remoteAddress,
      };
      return toService(service, backend.port?.number ?? backend.port?.name ?? 80, { ...request, headers });
    };
  };

  const fronts = new Map<string, Promise<HttpFront>>();
  const open = (key: string, answer: Parameters<typeof openFront>[0]) => {
    const front = fronts.get(key) ?? openFront(answer);
    fronts.set(key, front);
    return front;
  };
  const closeAll = (prefix: string) => {
    for (const [key, front] of fronts) {
      if (!key.startsWith(prefix)) continue;
      fronts.delete(key);
      void front.then((one) => one.close());
    }
  };

  const offServices = parts.services.on(({ type, object }) => {
    const { namespace = 'default', name } = object.metadata;
    const key = `service/${namespace}/${name}/`;
    if (type === 'deleted') return closeAll(key);
    publishService(parts.client, object as Service, (port) =>
      open(`${key}${port}`, async (request) => {
        const service = table.service(namespace, name);
        return service && toService(service, port, request);
      }),
    );
  });
  const offIngresses = parts.ingresses.on(({ type, object }) => {
    const { namespace = 'default', name } = object.metadata;
    const key = `ingress/${namespace}/${name}/`;
    if (type === 'deleted') return closeAll(key);
    publishIngress(parts.client, object as Ingress, () => open(key, toIngress(namespace, name)));
  });

  return {
    toService,
    dial(namespace, host, port) {
      const service = table.find(namespace, host);
      const endpoint = service ? pick(service, port) : { address: host, port };
      const container = endpoint && listener(podAt(endpoint.address), endpoint.port);
      if (!container) return undefined;
      return {
        request: (request) =>
          container.handle(request, endpoint.port) ?? Promise.reject(new Error('connection refused')),
        command: (words) => container.process.command?.(words),
      };
    },
    stop() {
      offServices();
      offIngresses();
      closeAll('');
    },
  };
}
