import { listener } from '../addresses.ts';
import type { PodWorker } from '../pod-worker.ts';
import type { Channels } from './channels.ts';
import { connectToPort } from './container-port.ts';

export const portForwardProtocols = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];

/** `ports=80,443` or repeated. Throws in the words of the kubelet (`portforward/websocket.go`, NewV4Options). */
export function readPorts(query: URLSearchParams): number[] {
  const texts = [...query.getAll('ports'), ...query.getAll('port')].flatMap((text) => text.split(','));
  if (texts.length === 0) throw new Error('query parameter "port" is required');
  return texts.map((text) => {
    const port = Number(text);
    if (text === '') throw new Error('query parameter "port" cannot be empty');
    if (!/^\d+$/.test(text) || port > 65_535)
      throw new Error(`unable to parse "${text}" as a port: strconv.ParseUint: parsing "${text}": invalid syntax`);
    if (port < 1) throw new Error(`port "${text}" must be > 0`);
    return port;
  });
}

/** What cannot be reached, as the kubelet and the runtime say it. */
export function refusalText(worker: PodWorker, port: number): string {
  const { name, namespace, uid } = worker.pod.metadata;
  return (
    `error forwarding port ${port} to pod ${name}_${namespace}, uid ${uid}: ` +
    `failed to connect to localhost:${port} inside namespace, IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`
  );
}

/** Two channels for each port, data and error; each begins with the port's number as two little-endian bytes. */
export function servePortForward(worker: PodWorker, ports: readonly number[], channels: Channels): void {
  for (const [index, port] of ports.entries()) {
    const [data, fault] = [index * 2, index * 2 + 1];
    const preamble = Buffer.alloc(2);
    preamble.writeUInt16LE(port);
    channels.send(data, preamble);
    channels.send(fault, preamble);
    const connection = connectToPort(listener(worker, port), port);
    if (!connection) {
      channels.send(fault, refusalText(worker, port));
      continue;
    }
    connection.on('data', (chunk: Buffer) => channels.send(data, chunk));
    connection.on('close', () => channels.close());
    channels.on(data, (chunk) => void (connection.destroyed || connection.write(chunk)));
    channels.closed.addEventListener('abort', () => connection.destroy());
  }
}
