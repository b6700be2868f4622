import { describe, expect, test } from 'vitest';
import type { WorkloadResponse } from '../../../src/sandbox/workloads/messages.ts';
import { createFleet, openLoop, quantile, type Started } from './fleet.ts';

const ask = (url: string, client = 'ann', method = 'GET', body = '') => ({
  method,
  url,
  headers: { 'x-client-id': client },
  body,
  remoteAddress: '10.0.0.1',
});

async function answerOf(fleet: ReturnType<typeof createFleet>, pod: Started | undefined, url: string, client?: string) {
  let response: WorkloadResponse | undefined;
  void pod?.process.handle(ask(url, client), 8000)?.then((answer) => {
    response = answer;
  });
  for (let waited = 0; waited < 3000 && !response; waited += 20) await fleet.clock.advance(20);
  return response;
}

describe("the guide's load of 208 requests a second", () => {
  test('is just too much for three pods: the queue grows and no request is answered in time', async () => {
    const fleet = createFleet(3);
    await fleet.startDatabases();
    const pods = await fleet.startBackends(3);
    const { answers, cores } = await openLoop(fleet, pods, 208, 60);
    expect(answers).toHaveLength(208 * 60);
    expect(answers.filter((answer) => answer.status !== 200)).toEqual([]);
    expect(quantile(answers, 0.95)).toBeGreaterThan(1000);
    // Against a request of 500m this is over 120 %, which asks for six pods at a target of 70 %.
    const utilization = cores.reduce((sum, one) => sum + one, 0) / 3 / 0.5;
    expect(Math.ceil((3 * utilization) / 0.7)).toBe(6);
  });

  test('is answered within the targets by six pods, at a CPU that keeps them', async () => {
    const fleet = createFleet(6);
    await fleet.startDatabases();
    const pods = await fleet.startBackends(6);
    await openLoop(fleet, pods, 208, 20);
    const { answers, cores } = await openLoop(fleet, pods, 208, 60);
    expect(quantile(answers, 0.5)).toBeGreaterThan(130);
    expect(quantile(answers, 0.5)).toBeLessThan(155);
    expect(quantile(answers, 0.95)).toBeGreaterThan(200);
    expect(quantile(answers, 0.95)).toBeLessThan(245);
    expect(quantile(answers, 0.99)).toBeGreaterThan(330);
    expect(quantile(answers, 0.99)).toBeLessThan(500);
    const hits = answers.filter((answer) => answer.hit).length / answers.length;
    expect(hits).toBeGreaterThan(0.75);
    expect(hits).toBeLessThan(0.82);
    expect(answers.filter((answer) => answer.status !== 200)).toEqual([]);
    const utilization = cores.reduce((sum, one) => sum + one, 0) / 6 / 0.5;
    expect(utilization / 0.7).toBeGreaterThan(0.9);
    expect(utilization / 0.7).toBeLessThan(1.1);
  });
});

test('a pod whose queue is full answers 503', async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  const pods = await fleet.startBackends(1);
  const { answers } = await openLoop(fleet, pods, 600, 2);
  const refused = answers.filter((answer) => answer.status === 503);
  expect(refused.length).toBeGreaterThan(300);
  // Refused at once: they never waited.
  expect(Math.max(...refused.map((answer) => answer.ms))).toBeLessThan(1);
});

test('a CPU limit stretches the answers and caps what is used', async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  const pods = await fleet.startBackends(1, { cpuLimit: 0.25 });
  const { answers, cores } = await openLoop(fleet, pods, 50, 20);
  expect(cores[0]).toBeGreaterThan(0.24);
  expect(cores[0]).toBeLessThan(0.252);
  expect(quantile(answers, 0.95)).toBeGreaterThan(1000);
});

test('a client may send RATE_LIMIT_PER_MINUTE requests, whichever pod answers; then 429 until its minute is over', async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  const pods = await fleet.startBackends(2, { env: { ...fleet.environment, RATE_LIMIT_PER_MINUTE: '4' } });
  const statuses: (number | undefined)[] = [];
  for (let index = 0; index < 5; index += 1)
    statuses.push((await answerOf(fleet, pods[index % 2], '/rag/query?q=a'))?.status);
  expect(statuses).toEqual([200, 200, 200, 200, 429]);
  const limited = await answerOf(fleet, pods[0], '/rag/query?q=a');
  expect(Number(limited?.headers['retry-after'])).toBeGreaterThan(50);
  expect((await answerOf(fleet, pods[0], '/rag/query?q=a', 'bob'))?.status).toBe(200);
  expect((await answerOf(fleet, pods[0], '/health'))?.status).toBe(200);
  await fleet.clock.advance(61_000);
  expect((await answerOf(fleet, pods[1], '/rag/query?q=a'))?.status).toBe(200);
});

test('the same question is a miss, then a hit on any pod; without Redis it stays a miss', async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  const [one, two] = await fleet.startBackends(2);
  expect((await answerOf(fleet, one, '/rag/query?q=why'))?.headers['x-cache']).toBe('MISS');
  const second = await answerOf(fleet, two, '/rag/query?q=Why');
  expect(second?.headers).toMatchObject({ 'x-cache': 'HIT', 'x-pod': 'b-1' });
  fleet.services.delete('redis-service');
  expect((await answerOf(fleet, two, '/rag/query?q=why'))?.headers['x-cache']).toBe('MISS');
});

test('it crashes with the words of the guide when a database is not there', async () => {
  const fleet = createFleet();
  const [first] = await fleet.startBackends(1);
  expect(first?.lines.join('\n')).toContain('Redis connection failed');
  expect(first?.exits).toEqual([{ code: 1, reason: undefined }]);
  await fleet.startDatabases();
  fleet.services.delete('postgres-service');
  const [second] = await fleet.startBackends(1);
  expect(second?.lines.join('\n')).toContain('PostgreSQL not available');
  const wrong = { ...fleet.environment, POSTGRES_PASSWORD: 'another' };
  await fleet.startDatabases();
  const [third] = await fleet.startBackends(1, { env: wrong });
  expect(third?.lines.join('\n')).toContain('password authentication failed for user "tars_user"');
  const { JWT_SECRET: _, ...withoutSecret } = fleet.environment;
  const [fourth] = await fleet.startBackends(1, { env: withoutSecret });
  expect(fourth?.lines.join('\n')).toContain('JWT_SECRET is not set');
});

test('it waits some seconds for databases that are still starting', async () => {
  const fleet = createFleet();
  const pod = fleet.start('tars-backend:1');
  await fleet.clock.advance(5000);
  await fleet.startDatabases();
  await fleet.clock.advance(6000);
  expect(pod.exits).toEqual([]);
  expect(pod.lines.join('\n')).toContain('Databases not reachable yet, attempt 1 of 10');
  expect(pod.process.listens(8000)).toBe(true);
});

test('without Ollama it starts, warns, and is ready but degraded; without PostgreSQL it is not ready', async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  fleet.services.delete('ollama-service');
  const [pod] = await fleet.startBackends(1);
  expect(pod?.lines.join('\n')).toContain('Ollama service not available, will retry');
  const ready = await answerOf(fleet, pod, '/ready');
  expect([ready?.status, JSON.parse(ready?.body ?? '{}').status]).toEqual([200, 'degraded']);
  fleet.services.delete('postgres-service');
  expect((await answerOf(fleet, pod, '/ready'))?.status).toBe(503);
});

test("its metrics count what was answered, under the guide's names", async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  const [pod] = await fleet.startBackends(1);
  for (const question of ['a', 'a', 'b']) await answerOf(fleet, pod, `/rag/query?q=${question}`);
  await answerOf(fleet, pod, '/nothing');
  const text = (await answerOf(fleet, pod, '/metrics'))?.body ?? '';
  expect(text).toContain('tars_http_requests_total{method="GET",path="/rag/query",status="200"} 3\n');
  expect(text).toContain('tars_http_requests_total{method="GET",path="other",status="404"} 1\n');
  expect(text).toMatch(/^tars_cache_hits_total 1$/m);
  expect(text).toMatch(/^tars_cache_misses_total 2$/m);
  expect(text).toMatch(/^tars_rag_queries_total 3$/m);
  expect(text).toContain('tars_http_request_duration_seconds_bucket{method="GET",path="/rag/query",le="+Inf"} 3');
});

test('it takes a question from a JSON body and refuses what is not JSON', async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  const [pod] = await fleet.startBackends(1);
  const answers: WorkloadResponse[] = [];
  for (const body of ['{"query":"from the body"}', '{'])
    void pod?.process.handle(ask('/rag/query', 'ann', 'POST', body), 8000)?.then((answer) => answers.push(answer));
  await fleet.clock.advance(3000);
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 422]);
  expect(answers.some((answer) => answer.body.includes('from the body'))).toBe(true);
});

test('on SIGTERM it finishes what it has', async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  const [pod] = await fleet.startBackends(1);
  let status = 0;
  let stopped = false;
  void pod?.process.handle(ask('/rag/query?q=last'), 8000)?.then((answer) => {
    status = answer.status;
  });
  await fleet.clock.advance(1);
  void pod?.process.stop().then(() => {
    stopped = true;
  });
  await fleet.clock.advance(10);
  expect([status, stopped]).toEqual([0, false]);
  await fleet.clock.advance(2000);
  expect([status, stopped]).toEqual([200, true]);
  expect(pod?.process.listens(8000)).toBe(false);
});
