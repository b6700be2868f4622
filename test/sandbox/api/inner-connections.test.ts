import { once } from 'node:events';
import { Pool } from 'undici';
import { expect, it } from 'vitest';
import { acceptInside } from '../../../src/sandbox/api/inner-connections.ts';

function poolOf(connections: ReturnType<typeof acceptInside>) {
  return new Pool('https://inside', {
    connect: (_, callback) => queueMicrotask(() => callback(null, connections.connect() as never)),
  });
}

it('a large body comes back whole, in its order, however slowly it is read', async () => {
  const inside = acceptInside((request, response) => void request.pipe(response));
  const sent = Buffer.from(Array.from({ length: 400_000 }, (_, index) => `${index}\n`).join(''));
  const { body } = await poolOf(inside).request({ method: 'POST', path: '/', body: sent });
  const parts: Buffer[] = [];
  for await (const part of body) {
    parts.push(part as Buffer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(Buffer.concat(parts).equals(sent)).toBe(true);
  inside.close();
});

it('each side hears that the other has gone', async () => {
  let left: Promise<unknown> | undefined;
  const inside = acceptInside((_, response) => {
    left = once(response, 'close');
    response.write('first\n');
  });
  const pool = poolOf(inside);
  const { body } = await pool.request({ method: 'GET', path: '/' });
  for await (const part of body) {
    expect(String(part)).toBe('first\n');
    break;
  }
  await left;
  const { body: other } = await pool.request({ method: 'GET', path: '/' });
  inside.close();
  await expect(other.text()).rejects.toThrow();
});
