import { createMetricsRegistry } from '../prometheus.ts';

const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics that the deployment guide names, counted from what was really answered. */
export function createBackendMetrics(read: { active(): number; cpuSeconds(): number; memoryBytes(): number }) {
  const registry = createMetricsRegistry();
  const metrics = {
    requests: registry.counter('tars_http_requests_total', 'Total HTTP requests'),
    duration: registry.histogram('tars_http_request_duration_seconds', 'HTTP request latency', bounds),
    queries: registry.counter('tars_rag_queries_total', 'RAG queries'),
    hits: registry.counter('tars_cache_hits_total', 'Answers found in the cache'),
    misses: registry.counter('tars_cache_misses_total', 'Answers not found in the cache'),
    limited: registry.counter('tars_rate_limited_total', 'Requests over the limit of their client'),
    render: () => registry.render(),
  };
  // No labels at first, so that the counters are there before the first query.
  for (const counter of [metrics.queries, metrics.hits, metrics.misses]) counter.add({}, 0);
  registry.gauge('tars_active_connections', 'Open connections', read.active);
  registry.gauge('process_cpu_seconds_total', 'CPU time used', read.cpuSeconds, 'counter');
  registry.gauge('process_resident_memory_bytes', 'Resident memory', read.memoryBytes);
  return metrics;
}
