import { json, text } from '../messages.ts';
import { checksOf } from '../service/dependencies.ts';
import type { Dependency, ServiceParts, ServiceRoute, Work } from '../service/options.ts';
import { createService } from '../service/service.ts';
import { createCache } from './cache.ts';
import { createExecutions } from './executions.ts';
import { migrate } from './migrations.ts';

const dependencies: readonly Dependency[] = [
  {
    ...{ name: 'db', kind: 'postgres', usualPort: 5432 },
    env: ['DB_URL'],
    ...{ user: 'DB_USERNAME', password: 'DB_PASSWORD' },
  },
  // It works without its cache: every dashboard then comes from the database.
  {
    ...{ name: 'redis', kind: 'redis', usualPort: 6379, optional: true },
    env: ['REDIS_SENTINEL_NODES', 'REDIS_HOST'],
    ...{ port: 'REDIS_PORT', password: 'REDIS_PASSWORD' },
  },
];

const fromCache: readonly Work[] = [{ share: 1, ms: 7, sigma: 0.3, cpuSeconds: 0.002 }];
const fromDatabase: readonly Work[] = [{ share: 1, ms: 150, sigma: 0.35, cpuSeconds: 0.012 }];

/** What a dashboard keeps in the cache: its class, the variable with its time to live, and that time unless it is set, seconds. */
const dashboards = {
  overview: { variable: 'CACHE_TTL_OVERVIEW', seconds: 60, bytes: 6_000 },
  recent: { variable: 'CACHE_TTL_RECENT', seconds: 30, bytes: 18_000 },
  trends: { variable: 'CACHE_TTL_TRENDS', seconds: 300, bytes: 42_000 },
  status: { variable: 'CACHE_TTL_STATUS', seconds: 10, bytes: 900 },
};

/**
 * The stand-in for the ATAS service: dashboards that come from Redis (`atas:cache:<class>:…`, with the configured times to live) or else
 * from the database, executions that wait in a queue, their live updates, and Spring's actuator.
 */
export const atasService = createService({
  name: 'atas-service',
  ports: [8080],
  routes: [],
  serviceMs: fromDatabase,
  workers: 40,
  startUpMs: 6000,
  size: 310,
  memory: { base: 380, perRequest: 2 },
  dependencies,
  own: ownRoutes,
});

function ownRoutes(parts: ServiceParts): Readonly<Record<string, ServiceRoute>> {
  const { context, registry } = parts;
  const cache = createCache(context, registry);
  const executions = createExecutions(context, registry);
  const seconds = registry.histogram('http_server_requests_seconds', 'Time of HTTP requests', bounds);
  let migrated = false;

  const dashboard =
    (kind: keyof typeof dashboards): ServiceRoute =>
    async (request) => {
      const { variable, seconds: usual, bytes } = dashboards[kind];
      const began = context.clock.now();
      const query = new URLSearchParams(request.url.split('?')[1] ?? '');
      const key = `atas:cache:${kind}:${query.get('project') ?? query.get('execution') ?? 'all'}`;
      const hit = cache.has(kind, key);
      const refused = await parts.work(hit ? fromCache : fromDatabase);
      if (!refused && !hit) cache.put(key, Number(context.env[variable] ?? usual), bytes);
      const answer =
        refused ?? json(200, { dashboard: kind, cached: hit, pod: context.pod }, { 'x-cache': hit ? 'HIT' : 'MISS' });
      const uri = request.url.split('?')[0] ?? '';
      seconds.observe({ uri, status: String(answer.status) }, (context.clock.now() - began) / 1000);
      return answer;
    };

  const health =
    (strict: boolean): ServiceRoute =>
    () => {
      if (!migrated) migrated = migrate(context);
      executions.subscribe();
      const checks = checksOf(context, dependencies);
      const up = checks.db !== false;
      const components = Object.fromEntries(
        Object.entries(checks).map(([name, good]) => [name, { status: good ? 'UP' : 'DOWN' }]),
      );
      return json(up || !strict ? 200 : 503, { status: up || !strict ? 'UP' : 'DOWN', components });
    };

  return {
    '/actuator/health': health(true),
    '/actuator/health/readiness': health(true),
    '/actuator/health/liveness': health(false),
    '/actuator/prometheus': () => text(200, registry.render(), 'text/plain; version=0.0.4; charset=utf-8'),
    '/api/v1/dashboard/overview': dashboard('overview'),
    '/api/v1/dashboard/recent': dashboard('recent'),
    '/api/v1/dashboard/trends': dashboard('trends'),
    '/api/v1/dashboard/status': dashboard('status'),
    '/api/v1/executions': executions.accept,
    '/api/v1/executions/stream': executions.stream,
  };
}

const bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
