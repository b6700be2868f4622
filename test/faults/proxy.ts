import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, Agent as HttpsAgent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { makeCertificate } from '../../src/sandbox/api/certificate.ts';
import { writeKubeconfig } from '../support/cluster.ts';

export type Fault = 'latency' | 429 | 500 | 503 | 'reset';

export interface FaultyProxy {
  /** A kubeconfig that leads through the proxy, its context called `behind-proxy`. */
  kubeconfig: string;
  /** From now on every third request or so meets that fault, until so many did. */
  break(fault: Fault | undefined, times?: number): void;
  /** How many requests met a fault, and how many came in all. */
  counts(): { faults: number; requests: number };
  close(): Promise<void>;
}

interface Upstream {
  url: URL;
  ca: Buffer;
  token: string;
}

/** A proxy before an API server that can be made to fail. Which requests it fails follows from their order alone. */
export async function startFaultyProxy(kubeconfig: string): Promise<FaultyProxy> {
  const upstream = readUpstream(kubeconfig);
  const agent = new HttpsAgent({ ca: upstream.ca, keepAlive: true });
  const { key, cert, ca } = await makeCertificate();
  let fault: Fault | undefined;
  let left = 0;
  const counts = { faults: 0, requests: 0 };
  const server = createServer({ key, cert }, (incoming, response) => {
    counts.requests += 1;
    const isMeant = fault !== undefined && left > 0 && fractionOf(counts.requests) < 0.3;
    if (!isMeant) return forward(upstream, agent, incoming, response);
    counts.faults += 1;
    left -= 1;
    if (fault === 'reset') incoming.socket.destroy();
    else if (fault === 'latency') setTimeout(() => forward(upstream, agent, incoming, response), 400);
    else refuse(response, fault ?? 500);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    kubeconfig: writeKubeconfig({
      server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...{ ca, user: { token: upstream.token }, context: 'behind-proxy' },
    }),
    break(next, times = 40) {
      fault = next;
      left = times;
    },
    counts: () => ({ ...counts }),
    close() {
      agent.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function readUpstream(kubeconfig: string): Upstream {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  return { url: new URL(server), ca: Buffer.from(authority, 'base64'), token: users[0].user.token };
}

// The golden ratio's multiples are spread evenly: no long luck and no long misfortune.
function fractionOf(count: number): number {
  return (count * 0.6180339887498949) % 1;
}

function forward(upstream: Upstream, agent: HttpsAgent, incoming: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = upstream.url;
  const { method, url, headers } = incoming;
  const outgoing = request({ hostname, port, method, path: url, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  // Not `close` of the request: that comes when its body was read.
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

const words = {
  429: ['TooManyRequests', 'too many requests, please try again later'],
  500: ['InternalError', 'etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
} as const;

function refuse(response: ServerResponse, code: 429 | 500 | 503): void {
  const [reason, message] = words[code];
  const details = code === 429 ? { retryAfterSeconds: 1 } : undefined;
  const headers = { 'content-type': 'application/json', ...(code === 429 ? { 'retry-after': '1' } : {}) };
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details };
  response.writeHead(code, headers).end(JSON.stringify(status));
}
