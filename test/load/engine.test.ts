import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLoad } from '../../src/load/engine.ts';
import type { LoadSample } from '../../src/load/sample.ts';
import { defineScenario } from '../../src/load/scenario.ts';
import { buildLoadWorker } from '../support/load-worker.ts';
import { type LoadServer, startLoadServer } from './load-server.ts';

let worker: Awaited<ReturnType<typeof buildLoadWorker>>;
const servers: LoadServer[] = [];
beforeAll(async () => {
  worker = await buildLoadWorker();
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  worker.remove();
});

async function serve(listener: Parameters<typeof startLoadServer>[0]): Promise<LoadServer> {
  const server = await startLoadServer(listener);
  servers.push(server);
  return server;
}

type Input = Parameters<typeof defineScenario>[1];
const base = { title: 'test', 'warm-up': 0, sustained: '1s' } as const;

async function run(input: Partial<Input>, url: string, more: Partial<Parameters<typeof startLoad>[1]> = {}) {
  const samples: LoadSample[] = [];
  const result = await startLoad(defineScenario('test', { ...base, ...input }), {
    address: { url },
    workerFile: worker.file,
    onSample: (sample) => samples.push(sample),
    ...more,
  });
  return { result, samples };
}

describe.concurrent('an open loop', () => {
  test('sends exactly what was planned, and the samples add up to the result', async () => {
    const server = await serve((_, response) => response.end('ok'));
    const { result, samples } = await run(
      { open: { from: 100, rate: 300, stages: [{ to: 300, over: '1s' }] }, 'warm-up': '0.5s' },
      server.url,
    );
    expect(result.loop).toBe('open');
    expect(result.sustained.requests).toBe(300);
    expect(result.whole.requests).toBe(500);
    expect(result.sustained.errors).toBe(0);
    expect(result.sustained.requestsPerSecond).toBeLessThanOrEqual(result.whole.requests);
    const sum = (pick: (sample: LoadSample) => number) => samples.reduce((total, sample) => total + pick(sample), 0);
    // The warm-up is in the samples and not in the figures.
    expect(sum((sample) => sample.done)).toBe(550);
    expect(sum((sample) => sample.sent)).toBe(550);
    expect(sum((sample) => sample.scheduled)).toBe(550);
    expect(samples.map((sample) => sample.t)).toEqual([...samples.map((sample) => sample.t)].sort((a, b) => a - b));
    expect(new Set(samples.map((sample) => sample.phase))).toContain('sustained');
    // What is said of the last seconds lies within what their intervals say.
    const { recent } = samples.at(-1) ?? {};
    const last = samples.slice(-8).flatMap((sample) => sample.latency ?? []);
    expect(recent?.max).toBe(Math.max(...last.map((latency) => latency.max)));
    expect(recent?.p95).toBeLessThanOrEqual(Math.max(...last.map((latency) => latency.p95)));
  });

  test('fills in values by request: clients in turn, popular questions more often', async () => {
    const clients = new Map<string, number>();
    const questions = new Map<string, number>();
    const server = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const client = String(request.headers['x-client-id']);
        const { query } = JSON.parse(body) as { query: string };
        clients.set(client, (clients.get(client) ?? 0) + 1);
        questions.set(query, (questions.get(query) ?? 0) + 1);
        response.end(`${request.method} ${request.url} ${request.headers['content-type']}`);
      });
    });
    await run(
      {
        open: { rate: 400 },
        request: {
          method: 'POST',
          path: '/rag/query',
          headers: { 'X-Client-ID': '{{client}}' },
          body: { query: 'on {{q}}' },
        },
        values: {
          client: { of: 40, text: 'client-{}' },
          q: { of: ['"quoted"', 'b', 'c', 'd'], pick: 'skewed', exponent: 2 },
        },
      },
      server.url,
    );
    expect([...clients.values()]).toEqual(Array(40).fill(10));
    expect(questions.get('on "quoted"') ?? 0).toBeGreaterThan(2 * (questions.get('on b') ?? 0));
  });

  test('counts cache hits by a response header, and by a field of the answer', async () => {
    let count = 0;
    const server = await serve((_, response) => {
      count += 1;
      response.setHeader('x-cache', count % 4 === 0 ? 'MISS' : 'HIT');
      response.end(JSON.stringify({ meta: { cached: count % 2 === 0 } }));
    });
    const byHeader = await run({ open: { rate: 200 }, cache: { header: 'X-Cache', hit: 'hit' } }, server.url);
    expect(byHeader.result.sustained.cacheHitRatio).toBeCloseTo(0.75, 2);
    const byField = await run({ open: { rate: 200 }, cache: { field: 'meta.cached', hit: true } }, server.url);
    expect(byField.result.sustained.cacheHitRatio).toBeCloseTo(0.5, 2);
    const bySilence = await run({ open: { rate: 50 }, cache: { header: 'X-Other', hit: 'hit' } }, server.url);
    expect(bySilence.result.sustained.cacheHitRatio).toBeUndefined();
  });

  test('counts refusals as errors by their status, and judges thresholds on the sustained phase', async () => {
    let count = 0;
    const server = await serve((_, response) => {
      count += 1;
      response.statusCode = count % 10 === 0 ? 429 : 200;
      response.end();
    });
    const { result } = await run(
      {
        open: { rate: 200 },
        thresholds: [
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a CEL template
          { title: 'errors', expect: 'metrics.errorRate <= 0.005', observed: '${{ metrics.errorRate * 100 }} %' },
          { title: 'some', expect: 'metrics.requests >= 200' },
          { title: 'cache', expect: 'metrics.cacheHitRatio >= 0.75' },
        ],
      },
      server.url,
    );
    expect(result.sustained.statuses).toEqual({ 200: 180, 429: 20 });
    expect(result.thresholds.map(({ title, met }) => [title, met])).toEqual([
      ['errors', false],
      ['some', true],
      ['cache', false],
    ]);
    expect(result.thresholds[0]?.observed).toBe('10 %');
    expect(result.thresholds[2]?.observed).toContain('no answer said');
  });

  test('drains: what never got an answer counts as an error with the time that it waited', async () => {
    let count = 0;
    const server = await serve((_, response) => {
      count += 1;
      if (count <= 50) response.end('ok');
    });
    const { result } = await run({ open: { rate: 100 }, connections: 10, drain: '1s' }, server.url);
    expect(result.sustained.requests).toBe(100);
    const answered = result.sustained.statuses[200] ?? 0;
    expect(answered).toBeLessThanOrEqual(50);
    expect(result.sustained.errors).toBe(100 - answered);
    // Ten were on the wire; the others never got that far.
    expect(result.failures).toEqual({ timeout: 10, 'never sent': 90 - answered });
    expect(result.sustained.response.max).toBeGreaterThan(1400);
    expect(result.stopped).toBe(false);
  });

  test('gives a request up after its timeout and uses a new connection', async () => {
    let count = 0;
    const server = await serve((_, response) => {
      count += 1;
      if (count > 3) response.end('ok');
    });
    const { result } = await run({ open: { rate: 50 }, connections: 5, timeout: '800ms' }, server.url);
    expect(result.failures).toEqual({ timeout: 3 });
    expect(result.sustained.statuses).toEqual({ 0: 3, 200: 47 });
    expect(result.sustained.response.max).toBeGreaterThanOrEqual(795);
  });

  test('names the host and the path before the scenario’s on another address', async () => {
    const seen: string[] = [];
    const server = await serve((request, response) => {
      seen.push(`${request.headers.host} ${request.url}`);
      response.end();
    });
    const address = { url: `${server.url}/api`, host: 'tars.local' };
    const { result } = await run({ open: { rate: 20 }, request: { path: '/health' } }, server.url, { address });
    expect(new Set(seen)).toEqual(new Set(['tars.local /api/health']));
    expect(result.url).toContain('http://tars.local/api');
  });

  test('stopped early it gives a result of what was done, promptly', async () => {
    const server = await serve((_, response) => response.end('ok'));
    const controller = new AbortController();
    let done = 0;
    let stoppedAt = 0;
    const { result } = await run({ open: { rate: 200 }, sustained: '60s' }, server.url, {
      signal: controller.signal,
      onSample: (sample) => {
        done += sample.done;
        if (done < 100 || controller.signal.aborted) return;
        stoppedAt = performance.now();
        controller.abort();
      },
    });
    expect(performance.now() - stoppedAt).toBeLessThan(2000);
    expect(result.stopped).toBe(true);
    expect(result.sustained.requests).toBe(done);
    expect(result.sustained.errors).toBe(0);
    expect(result.sustained.seconds).toBeLessThan(30);
    expect(result.sustained.requestsPerSecond).toBeCloseTo(done / result.sustained.seconds);
  });

  test('ends early with what to do when nothing answers at the address', async () => {
    const { url, close } = await startLoadServer((_, response) => response.end());
    await close();
    await expect(run({ open: { rate: 50 }, sustained: '60s' }, url)).rejects.toMatchObject({
      message: `Nothing answers at ${url}`,
      evidence: [expect.stringContaining('ECONNREFUSED')],
    });
  });
});

describe.concurrent('a closed loop', () => {
  test('keeps as many requests on their way as there are users, and no more', async () => {
    let held: ServerResponse[] = [];
    let most = 0;
    const release = () => {
      for (const response of held) response.end();
      held = [];
    };
    // Answers only when all users wait, or after half a second at the end, when they come no more.
    const server = await serve((_, response) => {
      held.push(response);
      most = Math.max(most, held.length);
      if (held.length >= 8) setTimeout(release, 20);
      else if (held.length === 1) setTimeout(release, 500);
    });
    const { result } = await run({ closed: { users: 8 } }, server.url);
    expect(result.loop).toBe('closed');
    expect(most).toBe(8);
    expect(result.sustained.errors).toBe(0);
  });

  test('lets users pause between answer and next request', async () => {
    const server = await serve((_, response) => response.end());
    const { result } = await run({ closed: { users: 10, think: '100ms' } }, server.url);
    expect(result.sustained.requests).toBeGreaterThan(10);
    // Ten users that pause for 100 ms cannot ask more than 100 times in a second, and ten times at its beginning.
    expect(result.sustained.requests).toBeLessThanOrEqual(110);
  });
});

test('a stress test goes up until a step does not hold, and says which was the highest that did', async () => {
  // Answers 200 a second and no more: a queue with one server.
  let free = 0;
  const server = await serve((_, response) => {
    free = Math.max(free, performance.now()) + 5;
    setTimeout(() => response.end(), free - performance.now());
  });
  const { result } = await run(
    {
      steps: { from: 100, to: 1000, factor: 1.5, every: '1s', p99: 300, done: 0.98 },
      connections: 500,
      'warm-up': '500ms',
    },
    server.url,
  );
  const steps = result.steps ?? [];
  // 337 a second are more than it can answer, whatever else this machine does; a busy one may break before.
  expect(steps.length).toBeLessThanOrEqual(4);
  expect(steps.map((step) => step.held)).toEqual([...Array(steps.length - 1).fill(true), false]);
  expect(steps.at(-1)?.reason).toMatch(/./);
  expect(steps.map((step) => Math.round(step.rate))).toEqual([100, 150, 225, 338].slice(0, steps.length));
  expect(result.sustained.requests).toBe((steps.at(-2) ?? steps[0])?.requests);
  expect(result.stopped).toBe(false);
});
