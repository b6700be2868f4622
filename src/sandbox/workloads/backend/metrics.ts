import { addProcessMetrics, createHttpMetrics, type ProcessFigures } from '../service/http-metrics.ts';

/** The metrics that the deployment guide names, counted from what was really answered. */
export function createBackendMetrics(read: ProcessFigures) {
  const http = createHttpMetrics('tars_');
  const { registry } = http;
  const metrics = {
    answered: http.answered,
    queries: registry.counter('tars_rag_queries_total', 'RAG queries'),
    hits: registry.counter('tars_cache_hits_total', 'Answers found in the cache'),
    misses: registry.counter('tars_cache_misses_total', 'Answers not found in the cache'),
    limited: registry.counter('tars_rate_limited_total', 'Requests over the limit of their client'),
    render: () => registry.render(),
  };
  // No labels at first, so that the counters are there before the first query.
  for (const counter of [metrics.queries, metrics.hits, metrics.misses]) counter.add({}, 0);
  addProcessMetrics(registry, 'tars_', read);
  return metrics;
}
