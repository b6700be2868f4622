import { ask } from '../ask.ts';
import type { Cpu } from '../cpu.ts';
import type { ProcessContext } from '../image.ts';
import { json, type Peer, type WorkloadRequest, type WorkloadResponse } from '../messages.ts';
import { whenFree } from '../service/when-free.ts';
import type { WorkerPool } from '../worker-pool.ts';
import { recordQuery } from './analytics.ts';
import type { createBackendMetrics } from './metrics.ts';
import { backendSize, drawQuestion, hitWork, missWork } from './service-time.ts';

interface Parts {
  context: ProcessContext;
  pool: WorkerPool;
  cpu: Cpu;
  /** Undefined when caching is off. */
  cache: (() => Peer | undefined) | undefined;
  metrics: ReturnType<typeof createBackendMetrics>;
}

/**
 * Answers one question: waits for a worker, looks in the cache, works as long as a hit or a miss takes, and puts a new
 * answer into the cache. 503 when the queue is full.
 */
export async function answerQuery(parts: Parts, request: WorkloadRequest): Promise<WorkloadResponse> {
  const { context, pool, cpu, cache, metrics } = parts;
  const asked = questionOf(request);
  if (asked instanceof Error) return json(422, { detail: asked.message });
  const question = asked ?? drawQuestion(context.random);
  const key = `rag:${question.trim().toLowerCase()}`;
  const arrived = context.clock.now();
  let hit = false;
  const refused = await whenFree(pool, () => {
    hit = cache !== undefined && ask(cache(), ['GET', key]) !== undefined;
    const work = hit ? hitWork(context.random) : missWork(context.random);
    return cpu.work(work.ms, work.cpuSeconds);
  });
  if (refused) return refused;
  metrics.queries.add({});
  (hit ? metrics.hits : metrics.misses).add({});
  if (cache && !hit) {
    const ttl = context.env.REDIS_CACHE_TTL ?? '3600';
    ask(cache(), ['SET', key, '1', 'EX', ttl, 'BYTES', String(backendSize.cachedAnswer)]);
  }
  const latency = Math.round((context.clock.now() - arrived) * 100) / 100;
  recordQuery(context, { question, cached: hit, latency });
  const body = {
    query: question,
    answer: `A stand-in's answer to: ${question}`,
    sources: [],
    cached: hit,
    latency_ms: latency,
  };
  return json(200, body, { 'x-cache': hit ? 'HIT' : 'MISS' });
}

/** The question in `?q=` or in the JSON body (`query` or `q`); undefined when there is none. */
function questionOf(request: WorkloadRequest): string | undefined | Error {
  const at = request.url.indexOf('?');
  const given = at < 0 ? null : new URLSearchParams(request.url.slice(at + 1)).get('q');
  if (given) return given;
  if (request.body.trim() === '') return undefined;
  try {
    const body = JSON.parse(request.body) as { query?: unknown; q?: unknown };
    const question = body.query ?? body.q;
    return question === undefined ? undefined : String(question);
  } catch {
    return new Error('The body is not valid JSON');
  }
}
