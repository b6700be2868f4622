import { createCpu } from '../cpu.ts';
import type { ProcessContext, WorkloadImage, WorkloadProcess } from '../image.ts';
import { json, text, type WorkloadRequest, type WorkloadResponse } from '../messages.ts';
import { clientPrograms } from '../programs/clients.ts';
import { isProbe } from '../service/http-metrics.ts';
import { type StartupFault, tryToReach } from '../service/try-to-reach.ts';
import { createWorkerPool } from '../worker-pool.ts';
import { prepareAnalytics } from './analytics.ts';
import { createClientLimit } from './client-limit.ts';
import { createBackendMetrics } from './metrics.ts';
import { answerQuery } from './rag-query.ts';
import { backendSize } from './service-time.ts';
import { backendPeers, line, redisEnabled, startupFault } from './startup.ts';

const megabyte = 1024 * 1024;

/**
 * The stand-in for the T.A.R.S. backend: a queue before a fixed number of workers, a cache in Redis, a limit per client.
 * What it answers and what that costs comes out of these; nothing is scripted.
 */
export const tarsBackend: WorkloadImage = {
  size: 420 * megabyte,
  programs: clientPrograms,
  start: startBackend,
};

function startBackend(context: ProcessContext): WorkloadProcess {
  const { clock } = context;
  const cpu = createCpu(clock, { limit: context.cpuLimit, baseCores: backendSize.baseCores });
  const pool = createWorkerPool(clock, { workers: backendSize.workers, queue: backendSize.queue });
  const port = context.ports[0] ?? 8000;
  let state: 'starting' | 'up' | 'stopping' | 'ended' = 'starting';
  const memoryBytes = () =>
    (backendSize.memory.base + backendSize.memory.perRequest * (pool.busy + pool.waiting)) * megabyte;
  const metrics = createBackendMetrics({
    active: () => pool.busy + pool.waiting,
    cpuSeconds: cpu.usedSeconds,
    memoryBytes,
  });
  const cancel = bringUp(context, () => (state = 'up'));
  const answer = createRoutes(context, { cpu, pool, metrics });

  return {
    listens: (asked) => asked === port && (state === 'up' || state === 'stopping'),
    handle(request, asked) {
      if (asked !== port || state === 'starting' || state === 'ended') return undefined;
      const began = clock.now();
      return answer(request).then((response) => {
        const path = metrics.answered(request, response, clock.now() - began);
        if (!isProbe(path))
          context.log(`INFO:     ${request.remoteAddress} - "${request.method} ${path} HTTP/1.1" ${response.status}`);
        return response;
      });
    },
    cpuSeconds: cpu.usedSeconds,
    memoryBytes,
    async stop() {
      const wasUp = state === 'up';
      state = wasUp ? 'stopping' : 'ended';
      cancel();
      context.log('INFO:     Shutting down');
      await pool.drained();
      state = 'ended';
      context.log('INFO:     Application shutdown complete.');
      return undefined;
    },
    kill() {
      state = 'ended';
      cancel();
      pool.kill();
    },
  };
}

/** Loads, connects to what it needs, then listens; or writes why not and exits with 1. Returns how to call it off. */
function bringUp(context: ProcessContext, up: () => void): () => void {
  const { clock, shorten, log } = context;
  log('INFO:     Started server process [1]');
  log('INFO:     Waiting for application startup.');
  let cancel = () => {};
  const listen = () => {
    log(line('INFO', 'Cross-encoder loaded'));
    log('INFO:     Application startup complete.');
    log('INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)');
    up();
  };
  const reached = (fault: StartupFault | undefined) => {
    if (fault) {
      for (const one of fault.lines) log(one);
      context.exit(1);
      return;
    }
    log(line('INFO', redisEnabled(context) ? 'Redis cache connected' : 'Redis cache is off (REDIS_ENABLED)'));
    prepareAnalytics(context);
    log(line('INFO', 'PostgreSQL connected'));
    if (!backendPeers(context).ollama()) log(line('WARNING', 'Ollama service not available, will retry'));
    cancel = clock.later(shorten(3500), listen);
  };
  cancel = clock.later(shorten(1500), () => {
    log(line('INFO', 'Starting T.A.R.S. Backend v0.3.0-alpha'));
    cancel = tryToReach(context, {
      fault: () => startupFault(context),
      again: (attempt, most) => log(line('WARNING', `Databases not reachable yet, attempt ${attempt} of ${most}`)),
      over: reached,
    });
  });
  return () => cancel();
}

function createRoutes(
  context: ProcessContext,
  parts: Pick<Parameters<typeof answerQuery>[0], 'cpu' | 'pool' | 'metrics'>,
): (request: WorkloadRequest) => Promise<WorkloadResponse> {
  const peers = backendPeers(context);
  const perMinute = Number(context.env.RATE_LIMIT_PER_MINUTE ?? 30);
  const limit = createClientLimit(perMinute, peers.redis, context.clock.now);
  const cache = redisEnabled(context) ? peers.redis : undefined;
  const who = { service: 'T.A.R.S. Backend', version: 'v0.3.0-alpha' };

  const query = async (request: WorkloadRequest) => {
    const decision = limit(request.headers['x-client-id'] ?? request.remoteAddress);
    if (!decision.allowed) {
      parts.metrics.limited.add({});
      const detail = `Rate limit exceeded: ${perMinute} requests per minute`;
      return json(429, { detail }, { 'retry-after': String(decision.retryAfter), 'x-ratelimit-remaining': '0' });
    }
    const response = await answerQuery({ ...parts, context, cache }, request);
    response.headers['x-ratelimit-limit'] = String(perMinute);
    response.headers['x-ratelimit-remaining'] = String(decision.remaining);
    return response;
  };
  const ready = () => {
    const checks = {
      redis: !redisEnabled(context) || peers.redis() !== undefined,
      postgres: peers.postgres() !== undefined,
      chromadb: peers.chromadb() !== undefined,
      ollama: peers.ollama() !== undefined,
    };
    const up = checks.redis && checks.postgres;
    const status = !up ? 'not ready' : checks.ollama && checks.chromadb ? 'ready' : 'degraded';
    return json(up ? 200 : 503, { status, ...who, checks });
  };

  return async (request) => {
    parts.cpu.work(0, 0.0002);
    const response = await route(request);
    response.headers['x-pod'] = context.pod;
    return response;
  };

  async function route(request: WorkloadRequest): Promise<WorkloadResponse> {
    switch (request.url.split('?')[0]) {
      case '/rag/query':
        return request.method === 'GET' || request.method === 'POST'
          ? query(request)
          : json(405, { detail: 'Method Not Allowed' });
      case '/':
      case '/health':
        return json(200, { status: 'healthy', ...who, timestamp: new Date().toISOString() });
      case '/ready':
        return ready();
      case '/metrics':
        return context.env.PROMETHEUS_ENABLED === 'false'
          ? json(404, { detail: 'Not Found' })
          : text(200, parts.metrics.render(), 'text/plain; version=0.0.4; charset=utf-8');
      default:
        return json(404, { detail: 'Not Found' });
    }
  }
}
