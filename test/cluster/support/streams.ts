import { WebSocket } from 'ws';
import type { ClusterUnderTest } from './cluster.ts';

export interface ExecResult {
  protocol: string;
  stdout: string;
  stderr: string;
  /** What the error channel said. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a server says.
  status: any;
  /** Of a refused upgrade. */
  refused?: { status: number; text: string };
}

/** Opens a WebSocket of the API with these subprotocols. A refusal is an answer like any other. */
export function openSocket(
  cluster: ClusterUnderTest,
  path: string,
  protocols: readonly string[],
): Promise<{ socket: WebSocket; messages: Buffer[] } | { refused: { status: number; text: string } }> {
  const { server, ca, token, cert, key } = cluster.access;
  const socket = new WebSocket(`${server.replace(/^http/, 'ws')}${path}`, [...protocols], {
    ca,
    cert,
    key,
    rejectUnauthorized: ca !== undefined,
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  // What comes before anybody listens must not be lost.
  const messages: Buffer[] = [];
  socket.on('message', (message: Buffer) => messages.push(message));
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ socket, messages }));
    socket.once('error', reject);
    socket.once('unexpected-response', (_, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ refused: { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() } }),
      );
    });
  });
}

export interface ExecOptions {
  container?: string;
  stdin?: string | Buffer;
  tty?: boolean;
  protocols?: readonly string[];
}

/** Runs a command in a pod, like `kubectl exec`, until the server ends the connection. */
export async function execute(
  cluster: ClusterUnderTest,
  namespace: string,
  pod: string,
  command: readonly string[],
  { container, stdin, tty = false, protocols = ['v5.channel.k8s.io'] }: ExecOptions = {},
): Promise<ExecResult> {
  const query = new URLSearchParams({ stdout: 'true' });
  if (!tty) query.set('stderr', 'true');
  if (tty) query.set('tty', 'true');
  if (stdin !== undefined) query.set('stdin', 'true');
  if (container) query.set('container', container);
  for (const word of command) query.append('command', word);
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query}`;
  const opened = await openSocket(cluster, path, protocols);
  const nothing = { protocol: '', stdout: '', stderr: '', status: undefined };
  if ('refused' in opened) return { ...nothing, refused: opened.refused };
  const { socket, messages } = opened;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  if (stdin !== undefined) {
    socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(stdin)]));
    if (socket.protocol.startsWith('v5')) socket.send(Buffer.from([255, 0]));
  }
  await closed;
  const channel = (number: number) =>
    Buffer.concat(messages.filter((message) => message[0] === number).map((message) => message.subarray(1))).toString();
  const status = channel(3);
  return {
    protocol: socket.protocol,
    stdout: channel(1),
    stderr: channel(2),
    status: status === '' ? undefined : JSON.parse(status),
  };
}

/** A pod of one container that stays, once it runs. */
export async function runningPod(
  cluster: ClusterUnderTest,
  namespace: string,
  name: string,
  container: object = {},
  spec: object = {},
): Promise<void> {
  const main = { name: 'main', image: 'busybox:1.37', command: ['sleep', '3600'], ...container };
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, containers: [main], ...spec },
  };
  const made = await cluster.post(path, object);
  if (made.status !== 201) throw new Error(`no pod: ${made.text}`);
  await cluster.until(`${path}/${name}`, ({ body }) => body.status?.phase === 'Running');
}

/** A pod of a server on port 8080, once it listens: running is not yet listening. */
export async function listeningPod(cluster: ClusterUnderTest, namespace: string, name: string): Promise<void> {
  const readinessProbe = { httpGet: { port: 8080 }, periodSeconds: 1 };
  const container = { image: 'web:1', command: null, ports: [{ containerPort: 8080 }], readinessProbe };
  await runningPod(cluster, namespace, name, container);
  const isReady = ({ type, status }: { type: string; status: string }) => type === 'Ready' && status === 'True';
  await cluster.until(`/api/v1/namespaces/${namespace}/pods/${name}`, ({ body }) =>
    body.status.conditions.some(isReady),
  );
}
