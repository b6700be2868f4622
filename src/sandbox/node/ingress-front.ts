import { text, type WorkloadRequest, type WorkloadResponse } from '../workloads/messages.ts';
import type { Balancer } from './balancer.ts';
import { type Ingress, route } from './ingress.ts';
import { createRequestLimiter, type RequestLimit, requestLimits } from './request-limit.ts';
import type { ServiceTable } from './service-table.ts';

/**
 * What the nginx ingress controller answers for one Ingress, as it stands at each request: its limits first (429, as with
 * `limit-req-status-code: 429`), then its rules. Undefined when the Ingress is gone.
 */
export function createIngressAnswer(
  current: () => Ingress | undefined,
  balancer: Balancer,
  table: ServiceTable,
): (request: WorkloadRequest) => Promise<WorkloadResponse | undefined> {
  const limiter = createChangingLimiter();
  return async (request) => {
    const ingress = current();
    if (!ingress) return undefined;
    const allow = limiter(requestLimits(ingress.metadata.annotations));
    if (!allow(request.remoteAddress, performance.now())) return text(429, 'Too Many Requests\n');
    const backend = route(ingress, request.headers.host ?? '', request.url.split('?')[0] ?? '/')?.service;
    if (!backend) return text(404, 'default backend - 404\n');
    const service = table.service(ingress.metadata.namespace ?? 'default', backend.name);
    if (!service) return text(503, '503 Service Temporarily Unavailable\n');
    const address = request.remoteAddress;
    const headers = { ...request.headers, 'x-real-ip': address, 'x-forwarded-for': address };
    const port = backend.port?.number ?? backend.port?.name ?? 80;
    return balancer.toService(service, port, { ...request, headers });
  };
}

/** Begins to count anew when the limits are changed. */
function createChangingLimiter() {
  let limiter: ReturnType<typeof createRequestLimiter> = () => true;
  let before = '';
  return (limits: readonly RequestLimit[]) => {
    const now = JSON.stringify(limits);
    if (now !== before) limiter = createRequestLimiter(limits);
    before = now;
    return limiter;
  };
}
