import { expect, test } from 'vitest';
import { findImage, parseImage } from '../../../src/sandbox/workloads/registry.ts';
import { createFleet } from './fleet.ts';

test('image names are completed as Docker completes them', () => {
  const cases = {
    redis: ['docker.io/library/redis', 'latest'],
    'redis:8.2.2': ['docker.io/library/redis', '8.2.2'],
    'ollama/ollama:0.12.3': ['docker.io/ollama/ollama', '0.12.3'],
    'localhost:5000/web': ['localhost:5000/web', 'latest'],
    'ghcr.io/a/b@sha256:ab': ['ghcr.io/a/b', 'sha256:ab'],
  };
  for (const [image, [repository, tag]] of Object.entries(cases))
    expect(parseImage(image)).toEqual({ repository, tag });
});

test('images are known whatever registry they come from; unknown ones get a stand-in, missing ones none', async () => {
  const fleet = createFleet();
  const backend = fleet.start('registry.example:5000/deep/tars-backend:0.3.0-alpha');
  const other = fleet.start('nginx:1.29', { ports: [8080] });
  await fleet.clock.advance(2000);
  expect(backend.lines[0]).toBe('INFO:     Started server process [1]');
  const answer = await other.process.handle(
    { method: 'GET', url: '/', headers: {}, body: '', remoteAddress: '' },
    8080,
  );
  expect(answer?.status).toBe(200);
  expect(other.process.listens(80)).toBe(false);
  expect(findImage('web-does-not-exist:1', undefined)).toBeUndefined();
});

test('databases answer their own probes once they are up, not before', async () => {
  const fleet = createFleet();
  const postgres = fleet.start('postgres:17.6');
  const redis = fleet.start('redis:8.2.2');
  const codes = async () => [(await postgres.exec(ready)).exitCode, (await redis.exec(['redis-cli', 'ping'])).exitCode];
  const ready = ['sh', '-c', 'pg_isready -U "$POSTGRES_USER"'];
  expect(await codes()).toEqual([2, 1]);
  expect(postgres.process.listens(5432)).toBe(false);
  await fleet.clock.advance(5000);
  expect(await codes()).toEqual([0, 0]);
  expect([postgres.process.listens(5432), redis.process.listens(6379)]).toEqual([true, true]);
});

test('PostgreSQL without a password does not start', async () => {
  const fleet = createFleet();
  const postgres = fleet.start('postgres:17.6', { env: {} });
  await fleet.clock.advance(5000);
  expect(postgres.exits).toEqual([{ code: 1, reason: undefined }]);
  expect(postgres.process.listens(5432)).toBe(false);
});
