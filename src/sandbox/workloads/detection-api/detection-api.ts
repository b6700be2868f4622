import { messageOf } from '../../../base/errors.ts';
import type { ProcessContext, WorkloadImage, WorkloadProcess } from '../image.ts';
import { json, type WorkloadResponse } from '../messages.ts';
import { isProbe } from '../service/http-metrics.ts';
import type { Dependency, ServiceParts, Work } from '../service/options.ts';
import { createService } from '../service/service.ts';
import { alembic } from './alembic.ts';
import { faultsOf } from './faults.ts';
import { migrationsOf } from './migrations.ts';
import { type OfflineQueue, openQueue } from './queue.ts';
import { connectSchema } from './schema.ts';
import { sqlite3 } from './sqlite3.ts';

const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1, 2.5, 5];
/** What browsers are told with every answer. */
const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'",
};
const dependencies: readonly Dependency[] = [
  { name: 'database', kind: 'postgres', env: ['DATABASE_URL'], usualPort: 5432 },
  // While it is away detections wait in the queue.
  { name: 'tak', kind: 'tcp', env: ['TAK_ENDPOINT'], usualPort: 8089, optional: true },
];

/** Most requests bring a detection; a few ask for many at once. */
const workOf = (slower: number): Work[] => [
  { share: 0.9, ms: 18 * slower, sigma: 0.3, cpuSeconds: 0.0018 },
  { share: 0.1, ms: 55 * slower, sigma: 0.3, cpuSeconds: 0.004 },
];

const image = (start: WorkloadImage['start']): WorkloadImage => ({ ...createService(optionsOf(1)), start });

/**
 * The stand-in for the Detection API: detections wait in a queue until the TAK server has them, the schema of the database is
 * alembic's, and its version is the image's tag.
 */
export const detectionApi: WorkloadImage = image(startApi);

function optionsOf(slower: number) {
  return {
    name: 'detection-api',
    ports: [8000],
    routes: ['/api/'],
    serviceMs: workOf(slower),
    workers: 32,
    startUpMs: 2500,
    metricsPrefix: 'detection_api_',
    dependencies,
    programs: { sqlite3, alembic },
  };
}

function startApi(context: ProcessContext): WorkloadProcess {
  const { clock, env } = context;
  const version = context.tag ?? 'latest';
  const faults = faultsOf(context);
  const queue = openQueue(context);
  let answered = (_path: string, _method: string, _status: number, _ms: number) => {};
  const service = createService({
    ...optionsOf(faults.slower),
    own(parts) {
      answered = countersOf(parts, queue);
      const identity = { service: 'detection-api', version, slot: env.SLOT ?? '' };
      return {
        '/health': () => json(200, { status: 'healthy', ...identity }),
        '/api/v1/detections': (request) => takeIn(parts, queue, faults.errorRate, request.method),
      };
    },
  }).start(context);
  const cancel = clock.later(context.shorten(2000), () => prepareSchema(context));
  const ended = () => {
    cancel();
    queue.stop();
  };
  return {
    ...service,
    handle(request, port) {
      const began = clock.now();
      return service.handle(request, port)?.then((response) => {
        const path = request.url.split('?')[0] ?? '';
        answered(path, request.method, response.status, clock.now() - began);
        const more = env.SECURITY_HEADERS === 'true' ? securityHeaders : {};
        return { ...response, headers: { ...response.headers, ...more, 'x-version': version } };
      });
    },
    async stop() {
      ended();
      await queue.keep().catch(() => {});
      return service.stop();
    },
    kill() {
      ended();
      service.kill();
    },
  };
}

async function takeIn(
  { context, work }: ServiceParts,
  queue: OfflineQueue,
  errorRate: number,
  method: string,
): Promise<WorkloadResponse> {
  if (method !== 'POST' && method !== 'GET') return json(405, { detail: 'Method Not Allowed' });
  const refused = await work();
  if (refused) return refused;
  if (errorRate > 0 && context.random() < errorRate) return json(500, { detail: 'Internal Server Error' });
  if (method === 'GET') return json(200, { detections: [], queued: queue.depth() });
  queue.add(1);
  return json(202, { status: 'accepted', queued: queue.depth() });
}

/** The metrics that the guide names. */
function countersOf({ registry }: ServiceParts, queue: OfflineQueue) {
  const requests = registry.counter('detection_api_requests_total', 'Requests by path and status');
  const duration = registry.histogram('detection_api_request_duration_seconds', 'Time to answer', bounds);
  registry.gauge('detection_queue_depth', 'Detections that wait for the TAK server', queue.depth);
  return (path: string, method: string, status: number, ms: number) => {
    const known = status === 404 ? 'other' : path;
    requests.add({ method, path: known, status: String(status) });
    if (!isProbe(path)) duration.observe({ method, path: known }, ms / 1000);
  };
}

/** An empty database gets its tables; one that has some is left to `alembic upgrade head`. */
function prepareSchema(context: ProcessContext): void {
  const migrations = migrationsOf(context.tag);
  try {
    const connection = connectSchema(context.env.DATABASE_URL ?? '', context);
    const current = connection.current();
    if (current === undefined) for (const one of migrations) connection.up(one);
    else if (current !== migrations.at(-1)?.revision)
      context.log(`WARN  alembic: the database is at ${current}, this version brings ${migrations.at(-1)?.revision}`);
    connection.close();
  } catch (error) {
    context.log(`WARN  alembic: ${messageOf(error)}`);
  }
}
