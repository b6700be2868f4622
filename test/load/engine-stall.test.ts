import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLoad } from '../../src/load/engine.ts';
import { defineScenario } from '../../src/load/scenario.ts';
import { buildLoadWorker } from '../support/load-worker.ts';
import { startLoadServer } from './load-server.ts';

let worker: Awaited<ReturnType<typeof buildLoadWorker>>;
beforeAll(async () => {
  worker = await buildLoadWorker();
});
afterAll(() => worker.remove());

test('one second without an answer shows in full: every request that was due in it waited', async () => {
  let stalled = false;
  let held: ServerResponse[] = [];
  let started = false;
  const server = await startLoadServer((_, response) => {
    if (!started) {
      started = true;
      setTimeout(() => {
        stalled = true;
        setTimeout(() => {
          stalled = false;
          for (const waiting of held) waiting.end('ok');
          held = [];
        }, 1000);
      }, 4000);
    }
    if (stalled) held.push(response);
    else response.end('ok');
  });
  const scenario = defineScenario('stall', { title: 'stall', open: { rate: 5000 }, sustained: '10s', 'warm-up': 0 });
  const result = await startLoad(scenario, { address: { url: server.url }, workerFile: worker.file });
  await server.close();

  expect(result.whole.requests).toBe(50_000);
  expect(result.whole.errors).toBe(0);
  // 5,000 of 50,000 requests were due while nothing answered: they waited from 1,000 ms down to 0, and a little longer
  // while the server worked off what had gathered.
  expect(result.whole.response.p99).toBeGreaterThanOrEqual(900);
  expect(result.whole.response.p99).toBeLessThan(2000);
  expect(result.whole.response.p95).toBeGreaterThan(450);
  expect(result.whole.response.p95).toBeLessThan(900);
  // A closed loop would have said this.
  expect(result.whole.service.p95).toBeLessThan(200);
});
