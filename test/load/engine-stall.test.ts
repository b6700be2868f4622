import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLoad } from '../../src/load/engine.ts';
import { defineScenario } from '../../src/load/scenario.ts';
import { buildLoadWorker } from '../support/load-worker.ts';

let worker: Awaited<ReturnType<typeof buildLoadWorker>>;
beforeAll(async () => {
  worker = await buildLoadWorker();
});
afterAll(() => worker.remove());

test('one second without an answer shows in full: every request that was due in it waited', async () => {
  const server = await startStallingServer({ afterMs: 4000, forMs: 1000 });
  const scenario = defineScenario('stall', { title: 'stall', open: { rate: 5000 }, sustained: '10s', 'warm-up': 0 });
  const result = await startLoad(scenario, { address: { url: server.url }, workerFile: worker.file });
  await server.close();

  expect(result.whole.requests).toBe(50_000);
  expect(result.whole.errors).toBe(0);
  // 5,000 of 50,000 requests were due while nothing answered: they waited from 1,000 ms down to 0, and a little longer
  // while the server worked off what had gathered.
  expect(result.whole.response.p99).toBeGreaterThanOrEqual(900);
  expect(result.whole.response.p95).toBeGreaterThanOrEqual(450);
  // From the write, as a closed loop measures, there is next to nothing to see of it.
  expect(result.whole.service.p95).toBeLessThan(result.whole.response.p95 / 2);
});

/** Answers every request at once, but for a while after the first one none. */
async function startStallingServer({ afterMs, forMs }: { afterMs: number; forMs: number }) {
  let firstAt: number | undefined;
  const held: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', () => {
      firstAt ??= performance.now();
      const t = performance.now() - firstAt;
      const reply = () => socket.write(answer);
      if (t < afterMs || t >= afterMs + forMs) return reply();
      if (held.push(reply) === 1) setTimeout(() => held.splice(0).map((waiting) => waiting()), afterMs + forMs - t);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
