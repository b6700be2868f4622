import { DelegateError, type Delegates, type ProxyAnswer, type ProxyRequest } from '../api/delegates.ts';
import type { WorkloadRequest, WorkloadResponse } from '../workloads/messages.ts';
import { listener } from './addresses.ts';
import type { Balancer } from './balancer.ts';
import { createKubeletApi } from './kubelet-api/api.ts';
import type { UsageMeter } from './metrics.ts';
import { createMetricsApi } from './metrics-api.ts';
import type { PodWorker } from './pod-worker.ts';
import { portNumber } from './probe.ts';
import { readPodLog } from './read-pod-log.ts';
import type { ServiceTable } from './service-table.ts';

export interface DelegateParts {
  workers(): Iterable<PodWorker>;
  table: ServiceTable;
  balancer: Balancer;
  meter: UsageMeter;
  nodeNames: readonly string[];
  /** How long metrics are averaged over, ms. */
  windowMs: number;
}

/** What an API server passes on to the nodes: logs, the proxies of Services and pods, and resource metrics. */
export function createDelegates(parts: DelegateParts): Delegates {
  const { workers, table, balancer } = parts;
  const find = (namespace: string, name: string) => {
    for (const worker of workers())
      if (worker.pod.metadata.name === name && worker.pod.metadata.namespace === namespace) return worker;
    return undefined;
  };
  return {
    readLogs: (request) => readPodLog(find(request.namespace, request.pod), request),
    kubelet: createKubeletApi(workers),
    async proxyService(request) {
      const service = table.service(request.namespace, request.name);
      if (!service) throw notFound('services', request.name);
      const ports = service.spec.ports ?? [];
      const port = request.port || ports[0]?.port;
      // A number is looked up among the Service's ports, a name among its endpoints'.
      if (/^\d+$/.test(String(port)) && !ports.some((one) => one.port === Number(port)))
        throw unavailable(`no service port ${port} found for service "${request.name}"`);
      if (!port || table.ready(service, port).length === 0)
        throw unavailable(`no endpoints available for service "${request.name}"`);
      return answerOf(await balancer.toService(service, port, toWorkload(request)));
    },
    async proxyPod(request) {
      const worker = find(request.namespace, request.name);
      if (!worker) throw notFound('pods', request.name);
      const [first] = worker.pod.spec.containers;
      const named = worker.pod.spec.containers.find((one) => one.ports?.some((port) => port.name === request.port));
      const spec = named ?? first;
      const port = spec ? portNumber(request.port || (spec.ports?.[0]?.containerPort ?? 80), spec) : 80;
      return answerOf(await listener(worker, port)?.handle(toWorkload(request), port));
    },
    aggregated: { 'metrics.k8s.io/v1beta1': createMetricsApi(parts) },
  };
}

function toWorkload(request: ProxyRequest): WorkloadRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { authorization: _, ...passed } = headers;
  const body = request.body.toString();
  return { method: request.method, url: request.path || '/', headers: passed, body, remoteAddress: '127.0.0.1' };
}

function answerOf(response: WorkloadResponse | undefined): ProxyAnswer {
  if (response) return response;
  throw new DelegateError(503, 'ServiceUnavailable', 'error trying to reach service: connect: connection refused');
}

function unavailable(message: string): DelegateError {
  return new DelegateError(503, 'ServiceUnavailable', message);
}

function notFound(resource: string, name: string): DelegateError {
  return new DelegateError(404, 'NotFound', `${resource} "${name}" not found`);
}
