import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';
import { configMap } from './objects.ts';

const collection = '/api/v1/namespaces/default/configmaps';
const megabyte = 1024 * 1024;
let api: TestApiServer;
const sockets: TLSSocket[] = [];
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await api.close();
});

/** Opens a watch and reads no more than that it is open. */
async function watchWithoutReading(): Promise<void> {
  const socket = connect({ port: api.server.port, host: '127.0.0.1', ca: api.server.ca });
  sockets.push(socket);
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
  const opened = new Promise<void>((resolve) => socket.once('data', () => resolve()));
  socket.write(
    `GET ${collection}?watch=true HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${api.server.token}\r\n\r\n`,
  );
  await opened;
  socket.pause();
}

test('a hundred watchers that never read take little memory and disturb nobody', async () => {
  const big = 'x'.repeat(megabyte / 2);
  for (let at = 0; at < 40; at += 1) await api.client.create(collection, configMap(`big-${at}`, { big }));
  const before = process.memoryUsage.rss();
  for (let round = 0; round < 4; round += 1) await Promise.all(Array.from({ length: 25 }, watchWithoutReading));
  for (let at = 0; at < 20; at += 1) await api.client.patch(`${collection}/big-0`, { data: { at: `${at}` } }, 'merge');
  expect(await api.client.get(`${collection}/big-0`)).toMatchObject({ data: { at: '19' } });
  // What is there is 20 MB and what is new 10 MB: written for each at once it would be 3 GB.
  expect((process.memoryUsage.rss() - before) / megabyte).toBeLessThan(500);
}, 60_000);
