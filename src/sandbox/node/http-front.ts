import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { WorkloadRequest, WorkloadResponse } from '../workloads/messages.ts';
import type { Certificates } from './ingress-certificates.ts';

/** One HTTP server on a loopback port. */
export interface HttpFront {
  /** `http://127.0.0.1:41234`, or `https:` */
  url: string;
  port: number;
  close(): void;
}

/** Undefined: the connection is cut without an answer. */
export type Answer = (request: WorkloadRequest) => Promise<WorkloadResponse | undefined>;

const largestBody = 16 * 1024 * 1024;

/** Opens a server on a free loopback port, with TLS where there are certificates. Connections are kept alive. */
export async function openFront(answer: Answer, certificates?: Certificates): Promise<HttpFront> {
  const respond = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    void answerRequest(incoming, outgoing, answer);
  };
  const server = certificates ? secureServer(certificates, respond) : createServer(respond);
  // Longer than clients keep idle connections, so that none is cut while a request is on its way.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 80_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificates ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function secureServer(
  { fallback, contextFor }: Certificates,
  respond: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
) {
  const options = {
    ...fallback,
    SNICallback: (host: string, done: (error: Error | null, context?: SecureContext) => void) =>
      void contextFor(host).then((context) => done(null, context), done),
  };
  return createSecureServer(options, respond);
}

/** Reads one request whole, has it answered, and cuts the connection when nobody answers. */
export async function answerRequest(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: Answer,
): Promise<void> {
  try {
    const body = incoming.method === 'GET' || incoming.method === 'HEAD' ? '' : await readBody(incoming);
    const response = await answer({
      method: incoming.method ?? 'GET',
      url: incoming.url ?? '/',
      headers: incoming.headers as Record<string, string | undefined>,
      body,
      remoteAddress: incoming.socket.remoteAddress ?? '',
    });
    if (!response) {
      outgoing.destroy();
      return;
    }
    const bytes = Buffer.from(response.body);
    outgoing.writeHead(response.status, { ...response.headers, 'content-length': bytes.length });
    outgoing.end(incoming.method === 'HEAD' ? undefined : bytes);
  } catch {
    outgoing.destroy();
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
