import { describe, expect, test } from 'vitest';
import type { WorkloadResponse } from '../../../src/sandbox/workloads/messages.ts';
import { createService } from '../../../src/sandbox/workloads/service/service.ts';
import { createFleet, type Started } from './fleet.ts';

type Fleet = ReturnType<typeof createFleet>;

const database = { POSTGRES_USER: 'tartware', POSTGRES_DB: 'tartware', POSTGRES_PASSWORD: 'something long' };
const environment = {
  DATABASE_URL: 'postgresql+asyncpg://tartware:something%20long@postgres-rw.database:5432/tartware',
  REDIS_HOST: 'redis.cache',
};

async function get(fleet: Fleet, pod: Started | undefined, url: string): Promise<WorkloadResponse | undefined> {
  let response: WorkloadResponse | undefined;
  const request = { method: 'GET', url, headers: {}, body: '', remoteAddress: '10.0.0.1' };
  void pod?.process.handle(request, 8080)?.then((answer) => {
    response = answer;
  });
  for (let waited = 0; waited < 3000 && !response; waited += 20) await fleet.clock.advance(20);
  return response;
}

async function withDatabases() {
  const fleet = createFleet();
  fleet.services.set('postgres-rw.database', fleet.start('postgres:17', { env: database }).process);
  fleet.services.set('redis.cache', fleet.start('redis:8').process);
  await fleet.clock.advance(5000);
  return fleet;
}

async function started(fleet: Fleet, image: string, options: Parameters<Fleet['start']>[1] = {}) {
  const pod = fleet.start(`registry.example/${image}:v1`, { env: environment, ...options });
  fleet.services.set(image, pod.process);
  await fleet.clock.advance(6000);
  return pod;
}

/** `rate` requests a second for `seconds`, one after the other in time; how long each took and how it was answered. */
async function load(fleet: Fleet, pod: Started, path: string, rate: number, seconds: number) {
  const answers: { ms: number; status: number }[] = [];
  for (let index = 0; index < rate * seconds; index += 1) {
    const at = fleet.clock.now();
    const request = { method: 'GET', url: path, headers: {}, body: '', remoteAddress: '10.0.0.1' };
    void pod.process.handle(request, 8080)?.then(({ status }) => answers.push({ ms: fleet.clock.now() - at, status }));
    await fleet.clock.advance(1000 / rate);
  }
  await fleet.clock.advance(10_000);
  return answers.sort((one, other) => one.ms - other.ms);
}

describe('a service of Tartware', () => {
  test('listens once it reaches its database and its cache, and says where its pools lead', async () => {
    const fleet = createFleet();
    const pod = fleet.start('core-service:v1', { env: environment });
    await fleet.clock.advance(8000);
    expect(pod.process.listens(8080)).toBe(false);
    fleet.services.set('postgres-rw.database', fleet.start('postgres:17', { env: database }).process);
    fleet.services.set('redis.cache', fleet.start('redis:8').process);
    await fleet.clock.advance(8000);
    expect(pod.process.listens(8080)).toBe(true);
    expect(pod.lines.join('\n')).toContain('connection pool: postgres at postgres-rw.database:5432');
    expect((await get(fleet, pod, '/ready'))?.body).toContain('"status":"ready"');
  });

  test('ends with 1 at once when its password is wrong, and says so', async () => {
    const fleet = await withDatabases();
    const env = { ...environment, DATABASE_URL: 'postgres://tartware:wrong@postgres-rw.database/tartware' };
    const pod = await started(fleet, 'core-service', { env });
    expect(pod.exits).toEqual([{ code: 1, reason: undefined }]);
    expect(pod.lines.join('\n')).toContain('password authentication failed for user "tartware"');
  });

  test('is not ready without its database, and degraded without what it can do without', async () => {
    const fleet = await withDatabases();
    const pod = await started(fleet, 'core-service', {
      env: { ...environment, KAFKA_BROKERS: 'redpanda.messages:9093' },
    });
    expect(JSON.parse((await get(fleet, pod, '/ready'))?.body ?? '{}')).toMatchObject({
      status: 'degraded',
      checks: { postgres: true, redis: true, messaging: false },
    });
    fleet.services.delete('postgres-rw.database');
    expect((await get(fleet, pod, '/ready'))?.status).toBe(503);
    expect((await get(fleet, pod, '/health'))?.status).toBe(200);
  });

  test('counts what it answered, and leaves what nobody knows to one series', async () => {
    const fleet = await withDatabases();
    const pod = await started(fleet, 'rooms-service');
    await get(fleet, pod, '/api/v1/rooms?free=1');
    expect((await get(fleet, pod, '/nothing'))?.status).toBe(404);
    const metrics = (await get(fleet, pod, '/metrics'))?.body ?? '';
    expect(metrics).toContain('http_requests_total{method="GET",path="/api/v1/rooms",status="200"} 1');
    expect(metrics).toContain('http_requests_total{method="GET",path="other",status="404"} 1');
    expect(metrics).toMatch(
      /http_request_duration_seconds_bucket\{method="GET",path="\/api\/v1\/rooms",le="\+Inf"\} 1/,
    );
  });

  test('answers a share of the guide’s load well within its targets, and its CPU follows', async () => {
    const fleet = await withDatabases();
    const pod = await started(fleet, 'core-service', { cpuLimit: 2 });
    const before = pod.process.cpuSeconds();
    const answers = await load(fleet, pod, '/api/v1/properties', 100, 20);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers[Math.floor(answers.length * 0.95)]?.ms).toBeLessThan(250);
    expect(answers[Math.floor(answers.length * 0.99)]?.ms).toBeLessThan(500);
    const cores = (pod.process.cpuSeconds() - before) / 30;
    expect(cores * 1.5).toBeGreaterThan(0.3);
    expect(cores * 1.5).toBeLessThan(0.5);
  });
});

describe('the gateway', () => {
  test('passes a request on to the service of its path, and says 502 where there is none', async () => {
    const fleet = await withDatabases();
    const gateway = await started(fleet, 'api-gateway');
    expect((await get(fleet, gateway, '/api/v1/rooms'))?.status).toBe(502);
    await started(fleet, 'rooms-service');
    const answer = await get(fleet, gateway, '/api/v1/rooms/7');
    expect(answer?.status).toBe(200);
    expect(answer?.headers['x-upstream']).toBe('rooms-service');
    expect(JSON.parse(answer?.body ?? '{}')).toMatchObject({ service: 'rooms-service', path: '/api/v1/rooms/7' });
  });
});

describe('a service of another system', () => {
  const image = createService({
    ...{
      name: 'small',
      ports: [8080],
      routes: ['/work'],
      workers: 1,
      queue: 2,
      startUpMs: 100,
      metricsPrefix: 'small_',
    },
    serviceMs: [{ share: 1, ms: 100, sigma: 0, cpuSeconds: 0.001 }],
    own: ({ registry, work }) => {
      const asked = registry.counter('small_asked_total', 'Asked');
      return {
        '/own': async () => {
          asked.add({});
          const refused = await work();
          return refused ?? { status: 201, headers: {}, body: 'made' };
        },
      };
    },
  });

  test('answers paths of its own beside the common ones, with metrics of its own', async () => {
    const fleet = createFleet();
    const pod = fleet.startImage(image);
    await fleet.clock.advance(1000);
    expect((await get(fleet, pod, '/own'))?.body).toBe('made');
    const metrics = (await get(fleet, pod, '/metrics'))?.body ?? '';
    expect(metrics).toContain('small_asked_total 1');
    expect(metrics).toContain('small_http_requests_total{method="GET",path="/own",status="201"} 1');
  });

  test('answers 503 when its queue is full, and ends when what it has is done', async () => {
    const fleet = createFleet();
    const pod = fleet.startImage(image);
    await fleet.clock.advance(1000);
    const statuses: number[] = [];
    const request = { method: 'GET', url: '/work', headers: {}, body: '', remoteAddress: '10.0.0.1' };
    for (let sent = 0; sent < 5; sent += 1)
      void pod.process.handle(request, 8080)?.then(({ status }) => statuses.push(status));
    let ended = false;
    void pod.process.stop().then(() => {
      ended = true;
    });
    await fleet.clock.advance(250);
    expect(ended).toBe(false);
    await fleet.clock.advance(100);
    expect(statuses.sort()).toEqual([200, 200, 200, 503, 503]);
    expect(ended).toBe(true);
  });
});
