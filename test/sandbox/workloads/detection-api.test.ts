import { expect, test } from 'vitest';
import { createFleet } from './fleet.ts';

const database = { POSTGRES_USER: 'detection_user', POSTGRES_DB: 'api', POSTGRES_PASSWORD: 'something long' };
const env = {
  DATABASE_URL: 'postgresql://detection_user:something%20long@detection-api-db:5432/api',
  TAK_ENDPOINT: 'https://tak-server:8089',
  QUEUE_PATH: '/queue.db',
  SLOT: 'green',
};

async function started(tag: string, annotations: Record<string, string> = {}) {
  const fleet = createFleet();
  fleet.services.set('detection-api-db', fleet.start('postgres:17', { env: database }).process);
  await fleet.clock.advance(5000);
  const pod = fleet.start(`registry.example/detection-api:${tag}`, { env, ports: [8000], annotations });
  await fleet.clock.advance(6000);
  const send = async (method: string, url: string) => {
    let answer: { status: number; body: string } | undefined;
    const request = { method, url, headers: {}, body: '', remoteAddress: '10.0.0.1' };
    void pod.process.handle(request, 8000)?.then((one) => {
      answer = one;
    });
    for (let waited = 0; waited < 1000 && !answer; waited += 20) await fleet.clock.advance(20);
    return answer ?? { status: 0, body: '' };
  };
  return { fleet, pod, send };
}

test('tells its version and slot, and keeps detections in its queue until the TAK server listens', async () => {
  const { fleet, pod, send } = await started('1.2.0');
  expect(JSON.parse((await send('GET', '/health')).body)).toMatchObject({ version: '1.2.0', slot: 'green' });
  for (let sent = 0; sent < 3; sent += 1) expect((await send('POST', '/api/v1/detections')).status).toBe(202);
  expect((await send('GET', '/metrics')).body).toContain('detection_queue_depth 3');
  const count = ['sqlite3', '/queue.db', 'SELECT COUNT(*) FROM offline_queue;'];
  expect((await pod.exec(count)).output).toBe('3\n');
  fleet.services.set('tak-server', fleet.start('tak-server:stand-in', { ports: [8089] }).process);
  await fleet.clock.advance(10_000);
  expect((await pod.exec(count)).output).toBe('0\n');
  expect((await pod.exec(['sqlite3', '/queue.db', 'SELECT COUNT(*) FROM other'])).output).toContain(
    'no such table: other',
  );
});

test('brings its schema to its own head, and goes down and up again by alembic', async () => {
  const { pod } = await started('2.0.0');
  expect((await pod.exec(['alembic', 'current'])).output).toContain('c28f5b1d7a30 (head)');
  expect((await pod.exec(['alembic', 'downgrade', '-1'])).output).toContain(
    'Running downgrade c28f5b1d7a30 -> 9a41d7c3e6f2',
  );
  expect((await pod.exec(['alembic', 'current'])).output).toMatch(/9a41d7c3e6f2\n/);
  expect((await pod.exec(['alembic', 'upgrade', 'head'])).exitCode).toBe(0);
  expect((await pod.exec(['alembic', 'current'])).output).toContain('(head)');
  expect((await pod.exec(['alembic', 'upgrade', '+1'])).exitCode).toBe(1);
});

test('a bad version fails one request of five, and an annotation says another part', async () => {
  const bad = await started('1.3.0-bad');
  const all = await started('1.3.0', { 'tars-console.dev/error-rate': '1' });
  let failed = 0;
  for (let sent = 0; sent < 60; sent += 1)
    if ((await bad.send('POST', '/api/v1/detections')).status === 500) failed += 1;
  expect(failed).toBeGreaterThan(3);
  expect(failed).toBeLessThan(30);
  expect((await all.send('GET', '/api/v1/detections')).status).toBe(500);
});
