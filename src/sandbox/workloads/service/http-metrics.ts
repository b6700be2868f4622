import type { WorkloadRequest, WorkloadResponse } from '../messages.ts';
import { createMetricsRegistry, type MetricsRegistry } from '../prometheus.ts';

const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1, 2.5, 5, 10];
const probes = new Set(['/health', '/ready', '/metrics']);

/** Whether only a kubelet or a Prometheus asks for this path. */
export const isProbe = (path: string) => probes.has(path) || path.startsWith('/actuator/');

/** What every HTTP server counts of its answers, by method, path and status: `<prefix>http_requests_total` and how long they took. */
export function createHttpMetrics(prefix: string) {
  const registry = createMetricsRegistry();
  const requests = registry.counter(`${prefix}http_requests_total`, 'Total HTTP requests');
  const duration = registry.histogram(`${prefix}http_request_duration_seconds`, 'HTTP request latency', bounds);
  return {
    registry,
    /** Counts one answer, which took `ms`. Returns its path without the query. */
    answered(request: WorkloadRequest, response: WorkloadResponse, ms: number): string {
      const path = request.url.split('?')[0] ?? '';
      const known = response.status === 404 ? 'other' : path;
      requests.add({ method: request.method, path: known, status: String(response.status) });
      duration.observe({ method: request.method, path: known }, ms / 1000);
      return path;
    },
  };
}

export interface ProcessFigures {
  /** Requests that are worked on or wait. */
  active(): number;
  cpuSeconds(): number;
  memoryBytes(): number;
}

/** What a process says of itself in every language's client library. */
export function addProcessMetrics(registry: MetricsRegistry, prefix: string, read: ProcessFigures): void {
  registry.gauge(`${prefix}active_connections`, 'Open connections', read.active);
  registry.gauge('process_cpu_seconds_total', 'CPU time used', read.cpuSeconds, 'counter');
  registry.gauge('process_resident_memory_bytes', 'Resident memory', read.memoryBytes);
}
