import { type Peer, text, type WorkloadRequest, type WorkloadResponse } from '../workloads/messages.ts';
import { listener } from './addresses.ts';
import type { PodWorker } from './pod-worker.ts';
import type { Service, ServiceTable } from './service-table.ts';

/** What kube-proxy does: sends each request to a random ready endpoint of a Service. */
export interface Balancer {
  /** `port` is the Service's, by number or name. 503 without an endpoint, 502 when the pod does not listen. */
  toService(service: Service, port: number | string, request: WorkloadRequest): Promise<WorkloadResponse>;
  /** What the cluster's DNS answers. */
  resolve(namespace: string, host: string): readonly string[];
  /** A connection inside the cluster: by a Service's name as seen from a namespace, by its cluster IP, or to a pod. */
  dial(namespace: string, host: string, port: number): Peer | undefined;
}

/** `podAt` finds the pod that has an address and, on a node's network, listens on the port. Rejects when a container ends before it has answered. */
export function createBalancer(
  table: ServiceTable,
  podAt: (address: string, port: number) => PodWorker | undefined,
  random: () => number = Math.random,
): Balancer {
  const pick = (service: Service, port: number | string) => {
    const endpoints = table.ready(service, port);
    return endpoints[Math.floor(random() * endpoints.length)];
  };
  return {
    async toService(service, port, request) {
      const endpoint = pick(service, port);
      if (!endpoint) return text(503, `no endpoints available for service "${service.metadata.name}"\n`);
      const container = listener(podAt(endpoint.address, endpoint.port), endpoint.port);
      return container?.handle(request, endpoint.port) ?? text(502, 'connection refused\n');
    },
    resolve: table.addresses,
    dial(namespace, host, port) {
      const service = table.find(namespace, host);
      const [own] = service ? [] : table.addresses(namespace, host);
      const headless = (service?.spec as { clusterIP?: string } | undefined)?.clusterIP === 'None';
      const endpoint =
        service && !headless
          ? pick(service, port)
          : { address: (service ? table.addresses(namespace, host)[0] : own) ?? host, port };
      const container = endpoint && listener(podAt(endpoint.address, endpoint.port), endpoint.port);
      if (!container) return undefined;
      return {
        request: (request) =>
          container.handle(request, endpoint.port) ?? Promise.reject(new Error('connection refused')),
        command: (words) => container.process.command?.(words),
      };
    },
  };
}
