import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { connect } from '../../src/cluster/connect/connect.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { KubernetesError } from '../../src/cluster/kubernetes-error.ts';
import { execInPod } from '../../src/cluster/streams/exec.ts';
import { remoteSums } from '../../src/cluster/streams/remote-sums.ts';
import { makeCertificate } from '../../src/playbooks/steps/certificate/make.ts';
import { writeKubeconfig } from '../support/cluster.ts';
import { failure } from './failure.ts';
import { startConnectProxy } from './proxies.ts';

let server: Server | undefined;
let connection: Connection | undefined;
const asked: IncomingMessage[] = [];

afterEach(() => {
  connection?.close();
  server?.close();
  server?.closeAllConnections();
  asked.length = 0;
});

/** A server that answers every upgrade in a test's own way. */
async function open(upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): Promise<Connection> {
  server = createServer();
  server.on('upgrade', (request, socket, head) => {
    asked.push(request);
    upgrade(request, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  connection = await connect({
    kubeconfig: writeKubeconfig({ server: `http://127.0.0.1:${port}`, user: { token: 'a-token' } }),
    sandbox: false,
  });
  return connection;
}

function answering(status: string, headers: string, body: string) {
  return open((_, socket) =>
    socket.end(`HTTP/1.1 ${status}\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
  );
}

/** One that speaks a subprotocol and hands over the socket. */
function speaking(protocol: string, act: (socket: WebSocket) => void) {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => protocol });
  return open((request, socket, head) => sockets.handleUpgrade(request, socket, head, act));
}

const command = { namespace: 'tars', pod: 'web', command: ['cat', 'a b'] };
const message = (channel: number, text: string) => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);

it('the token and every word of a command go with the upgrade', async () => {
  const opened = await speaking('v5.channel.k8s.io', (socket) => {
    socket.send(message(3, '{"status":"Success"}'));
    socket.close(1000);
  });
  expect(await execInPod(opened, command)).toBe(0);
  const url = new URL(asked[0]?.url ?? '', 'http://x');
  expect(url.searchParams.getAll('command')).toEqual(['cat', 'a b']);
  expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer a-token' });
});

it('what the API server refuses is its own error', async () => {
  const status = {
    kind: 'Status',
    status: 'Failure',
    reason: 'Forbidden',
    message: 'pods "web" is forbidden',
    code: 403,
  };
  const opened = await answering('403 Forbidden', 'content-type: application/json\r\n', JSON.stringify(status));
  const error = await failure(execInPod(opened, command));
  expect(error).toBeInstanceOf(KubernetesError);
  expect(error).toMatchObject({ status: 403, message: 'pods "web" is forbidden' });
});

it.each([
  ['200 OK', 'server: squid\r\n', '<html>welcome</html>'],
  ['502 Bad Gateway', 'via: 1.1 gate\r\n', 'upstream sent no valid header'],
])('a proxy that answers %s in place of the upgrade is named', async (status, headers, body) => {
  const opened = await answering(status, headers, body);
  const error = await failure(execInPod(opened, command));
  expect(error.message).toBe(
    `The connection could not be upgraded to a WebSocket: the answer was ${status.slice(0, 3)}`,
  );
  expect(error.evidence[0]).toMatch(/answered by: (squid|1\.1 gate)/);
  expect(error.next.join(' ')).toContain('let WebSocket upgrades pass');
});

it('a connection that breaks off leaves it open whether the command is done; one that ended before has its end', async () => {
  const broken = await speaking('v5.channel.k8s.io', (socket) => {
    socket.send(message(1, 'half'));
    socket.once('message', () => socket.terminate());
    setImmediate(() => socket.terminate());
  });
  expect((await failure(execInPod(broken, command))).message).toContain('broke off');
  broken.close();
  const silent = await speaking('v5.channel.k8s.io', (socket) => socket.close(1000));
  expect((await failure(execInPod(silent, command))).message).toContain('whether it has done its work is not known');
  silent.close();
  const ended = await speaking('v5.channel.k8s.io', (socket) =>
    socket.send(message(3, '{"status":"Success"}'), () => socket.terminate()),
  );
  expect(await execInPod(ended, command)).toBe(0);
});

it('where the server cannot end an input, a command that waits for the end is not begun', async () => {
  const received: Buffer[] = [];
  const opened = await speaking('v4.channel.k8s.io', (socket) => {
    socket.on('message', (data: Buffer) => {
      received.push(data);
      socket.send(message(3, '{"status":"Success"}'), () => socket.close(1000));
    });
  });
  async function* stdin() {
    yield Buffer.from('x');
  }
  expect((await failure(execInPod(opened, { ...command, stdin: stdin() }))).message).toContain(
    'cannot end the standard input',
  );
  expect(received).toEqual([]);
  expect(await execInPod(opened, { ...command, stdin: stdin(), knowsEnd: true })).toBe(0);
  expect(received).toEqual([message(0, 'x')]);
});

it('a server that is not read is held up', async () => {
  let waiting = () => 0;
  const opened = await speaking('v5.channel.k8s.io', (socket) => {
    const chunk = message(1, 'x'.repeat(256 * 1024));
    for (let count = 0; count < 200; count += 1) socket.send(chunk);
    waiting = () => socket.bufferedAmount;
    socket.send(message(3, '{"status":"Success"}'), () => socket.close(1000));
  });
  let bytes = 0;
  let heldUp = 0;
  const code = await execInPod(opened, {
    ...command,
    async onStdout(chunk) {
      // What is on its way comes to rest while nothing is read.
      for (let before = -1; heldUp === 0 && before !== waiting(); await new Promise(setImmediate)) before = waiting();
      heldUp ||= waiting();
      bytes += chunk.length;
    },
  });
  expect({ code, bytes }).toEqual({ code: 0, bytes: 200 * 256 * 1024 });
  expect(heldUp).toBeGreaterThan(10 * 1024 * 1024);
});

it('without sha256sum sizes are compared, and a file that is not there takes no other’s place', async () => {
  const opened = await speaking('v5.channel.k8s.io', (socket) => {
    const words = new URL(asked.at(-1)?.url ?? '', 'http://x').searchParams.getAll('command');
    const paths = words.slice(words.indexOf('--') + 1);
    const missing = {
      status: 'Failure',
      reason: 'InternalError',
      message: 'exec: "sha256sum": executable file not found in $PATH',
    };
    if (words[0] === 'stat')
      socket.send(
        message(
          1,
          paths
            .filter((path) => path !== '/b')
            .map((path) => `${path.length}\n`)
            .join(''),
        ),
      );
    socket.send(message(3, JSON.stringify(words[0] === 'stat' ? { status: 'Success' } : missing)), () =>
      socket.close(1000),
    );
  });
  const place = { namespace: 'tars', pod: 'web', container: 'web' };
  expect(await remoteSums(opened, place, ['/a', '/b', '/long'])).toEqual({ by: 'size', values: ['2', undefined, '5'] });
});

it('the upgrade takes the proxy’s way, and the server’s certificate is checked at its end', async () => {
  const made = await makeCertificate(['cluster.invalid'], 1, 'an authority');
  const secure = createSecureServer({ cert: made.certificate, key: made.key }).listen(0, '127.0.0.1');
  await new Promise((resolve) => secure.once('listening', resolve));
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
  secure.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.send(message(3, '{"status":"Success"}'));
      ws.close(1000);
    }),
  );
  const proxy = await startConnectProxy((secure.address() as AddressInfo).port);
  process.env.HTTPS_PROXY = proxy.url;
  try {
    const to = { server: 'https://cluster.invalid:6443' };
    connection = await connect({ kubeconfig: writeKubeconfig({ ...to, ca: made.authority }), sandbox: false });
    expect(await execInPod(connection, command)).toBe(0);
    expect(proxy.asked).toEqual(['cluster.invalid:6443']);
    connection.close();
    const other = await makeCertificate(['x'], 1, 'another');
    connection = await connect({ kubeconfig: writeKubeconfig({ ...to, ca: other.authority }), sandbox: false });
    expect((await failure(execInPod(connection, command))).message).toContain('is not signed by');
  } finally {
    delete process.env.HTTPS_PROXY;
    proxy.close();
    secure.close();
    secure.closeAllConnections();
  }
});
