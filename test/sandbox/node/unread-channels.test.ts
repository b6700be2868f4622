import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Channels, mostUnread, openChannels } from '../../../src/sandbox/node/kubelet-api/channels.ts';

const protocol = 'v5.channel.k8s.io';
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function connect(): Promise<{ client: WebSocket; channels: Channels }> {
  const opened = new Promise<Channels | undefined>((resolve) =>
    server.once('upgrade', (incoming, socket, head) => resolve(openChannels(incoming, socket, head, [protocol]))),
  );
  const client = new WebSocket(`ws://127.0.0.1:${port}`, protocol);
  client.on('error', () => {});
  await new Promise((resolve) => client.once('open', resolve));
  const channels = await opened;
  if (!channels) throw new Error('the upgrade was refused');
  return { client, channels };
}

const chunk = Buffer.alloc(4 * 1024 * 1024);

it('a client that reads nothing is cut off, so that what waits for it stays bounded', async () => {
  const { client, channels } = await connect();
  client.pause();
  let sent = 0;
  while (!channels.closed.aborted && sent < 2 * mostUnread) {
    channels.send(1, chunk);
    sent += chunk.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(channels.closed.aborted).toBe(true);
  expect(sent).toBeLessThan(1.5 * mostUnread);
});

it('a client that reads gets all of it, however much that is', async () => {
  const { client, channels } = await connect();
  let received = 0;
  client.on('message', (message: Buffer) => {
    received += message.length - 1;
  });
  const all = 1.5 * mostUnread;
  for (let sent = 0; sent < all; sent += chunk.length) {
    channels.send(1, chunk);
    await vi.waitFor(() => expect(sent - received).toBeLessThan(mostUnread / 2), { interval: 1, timeout: 10_000 });
  }
  await vi.waitFor(() => expect(received).toBe(all), { timeout: 10_000 });
  expect(channels.closed.aborted).toBe(false);
  client.terminate();
});
