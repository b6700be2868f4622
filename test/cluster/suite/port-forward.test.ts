import { PassThrough } from 'node:stream';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';
import { listeningPod, openSocket } from '../support/streams.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let namespace = '';
beforeAll(async () => {
  namespace = await cluster.namespace();
  await listeningPod(cluster, namespace, 'web');
});

const path = (query: string) => `/api/v1/namespaces/${namespace}/pods/web/portforward?${query}`;

it('carries a request of the JavaScript client to the container and its answer back', async () => {
  const config = new KubeConfig();
  config.loadFromFile(cluster.access.kubeconfig);
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const socket = await new PortForward(config).portForward(namespace, 'web', [8080], output, errors, input);
  let text = '';
  const answered = new Promise<void>((resolve) => {
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('web\n')) resolve();
    });
  });
  input.write('GET / HTTP/1.1\r\nHost: web\r\n\r\n');
  await answered;
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  (socket as { close(): void }).close();
});

it('begins both channels with the port, and says on the second why a connection was refused', async () => {
  const opened = await openSocket(cluster, path('ports=9999'), ['v4.channel.k8s.io']);
  if ('refused' in opened) throw new Error(opened.refused.text);
  const { socket, messages } = opened;
  while (messages.length < 3) await new Promise((resolve) => socket.once('message', resolve));
  socket.close();
  expect(messages.slice(0, 2)).toEqual([Buffer.from([0, 0x0f, 0x27]), Buffer.from([1, 0x0f, 0x27])]);
  expect(messages[2]?.subarray(1).toString()).toContain('error forwarding port 9999 to pod');
});

it('wants at least one port', async () => {
  const opened = await openSocket(cluster, path(''), ['v4.channel.k8s.io']);
  expect(opened).toEqual({ refused: { status: 400, text: 'query parameter "port" is required' } });
});
