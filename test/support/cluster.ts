import { mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { makeCertificate } from '../../src/sandbox/api/certificate.ts';

export interface FakeRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** What a test says instead of an API server. Returning undefined answers with a plain 404. */
export type FakeHandler = (request: FakeRequest, response: ServerResponse) => unknown;

export interface FakeCluster {
  url: string;
  kubeconfig: string;
  ca: string;
  requests: FakeRequest[];
  /** How many TLS connections were opened. */
  connections(): number;
  handle(handler: FakeHandler): void;
  /** Cuts every connection, as a network that fails. */
  cut(): void;
  close(): Promise<void>;
}

const certificate = makeCertificate();

/** An HTTPS server on loopback that answers as the test says, with a kubeconfig whose context is called `fake`. */
export async function startFakeCluster(first: FakeHandler = () => undefined): Promise<FakeCluster> {
  const { key, cert, ca } = await certificate;
  let handler = first;
  let opened = 0;
  const sockets = new Set<Duplex>();
  const requests: FakeRequest[] = [];
  const server = createServer({ key, cert }, async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'https://fake');
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const request: FakeRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    requests.push(request);
    const handled = await handler(request, response);
    if (handled === undefined && !response.headersSent && !response.destroyed)
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
  });
  server.on('connection', (socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    kubeconfig: writeKubeconfig({ server: url, ca }),
    ca,
    requests,
    connections: () => opened,
    handle(next) {
      handler = next;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Answers with JSON; returns true so that a handler can return it. */
export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  return true;
}

/** Answers with a Status object. */
export function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  more: { headers?: Record<string, string>; details?: unknown } = {},
): true {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details: more.details };
  return json(response, status, code, more.headers);
}

/** Begins a stream of JSON lines, as a watch is. */
export function stream(response: ServerResponse): { send(line: unknown): void; raw(text: string): void; end(): void } {
  response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  return {
    send: (line) => response.write(`${JSON.stringify(line)}\n`),
    raw: (text) => response.write(text),
    end: () => response.end(),
  };
}

/** Writes a kubeconfig with one context and returns its path. */
export function writeKubeconfig(options: {
  server: string;
  ca?: string;
  user?: Record<string, unknown>;
  context?: string;
  extensions?: unknown;
}): string {
  const name = options.context ?? 'fake';
  const cluster = {
    server: options.server,
    ...(options.ca ? { 'certificate-authority-data': Buffer.from(options.ca).toString('base64') } : {}),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'tars', extensions: options.extensions } }],
    clusters: [{ name, cluster }],
    users: [{ name, user: options.user ?? { token: 'a-token' } }],
  };
  const file = join(mkdtempSync(join(tmpdir(), 'tars-console-kubeconfig-')), 'config');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** One for the sandbox's API server, marked as the program marks it: by the extension of its context. */
export function writeSandboxKubeconfig(server: { url: string; ca: string; token: string }, speed: number): string {
  return writeKubeconfig({
    server: server.url,
    ca: server.ca,
    user: { token: server.token },
    context: 'sandbox',
    extensions: [{ name: 'tars-console', extension: { sandbox: true, speed } }],
  });
}
