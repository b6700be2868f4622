import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, Agent as HttpsAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { parse } from 'yaml';
import { makeCertificate } from '../../src/sandbox/api/certificate.ts';
import { writeKubeconfig } from '../support/cluster.ts';
import { answerFaulty, type Fault, isMet, refuse } from './faults.ts';
import { forward, type Upstream } from './forward.ts';

export interface FaultyProxy {
  /** A kubeconfig that leads through the proxy, its context called `behind-proxy`; an exec plugin gives its token. */
  kubeconfig: string;
  /** From now on every third request or so that the fault can meet meets it, until so many did. */
  break(fault: Fault | undefined, times?: number): void;
  /** No connection is kept or answered, as while an API server's leader is away. */
  goAway(): void;
  comeBack(): void;
  /** The token that was good so far is refused; the plugin gives the next one. */
  expireToken(): void;
  /** How many requests met a fault, and how many came in all. */
  counts(): { faults: number; requests: number };
  close(): Promise<void>;
}

/** A proxy before an API server that can be made to fail. Which requests it fails follows from their order alone. */
export async function startFaultyProxy(kubeconfig: string): Promise<FaultyProxy> {
  const upstream = readUpstream(kubeconfig);
  const { key, cert, ca } = await makeCertificate();
  const tokens = createTokens();
  const first = new Map<string, string>();
  const sockets = new Set<Duplex>();
  const counts = { faults: 0, requests: 0 };
  let fault: Fault | undefined;
  let left = 0;
  let away = false;
  const server = createServer({ key, cert }, (incoming: IncomingMessage, response: ServerResponse) => {
    counts.requests += 1;
    if (away) {
      counts.faults += 1;
      incoming.socket.destroy();
    } else if (incoming.headers.authorization !== `Bearer ${tokens.current()}`) {
      counts.faults += 1;
      refuse(response, 401);
    } else if (fault !== undefined && left > 0 && isMet(fault, incoming) && fractionOf(counts.requests) < 0.3) {
      counts.faults += 1;
      left -= 1;
      answerFaulty(fault, first, upstream, incoming, response);
    } else forward(upstream, incoming, response, { seen: (path, body) => first.has(path) || first.set(path, body) });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    kubeconfig: writeKubeconfig({
      server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...{ ca, user: tokens.user, context: 'behind-proxy' },
    }),
    break(next, times = 40) {
      fault = next;
      left = times;
    },
    goAway() {
      away = true;
      for (const socket of sockets) socket.destroy();
    },
    comeBack() {
      away = false;
    },
    expireToken: tokens.expire,
    counts: () => ({ ...counts }),
    close() {
      upstream.agent.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function readUpstream(kubeconfig: string): Upstream {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const agent = new HttpsAgent({ ca: Buffer.from(authority, 'base64'), keepAlive: true });
  return { url: new URL(server), agent, token: users[0].user.token };
}

/** Tokens that run out, and the exec plugin that reads the one that is good from a file. */
function createTokens() {
  const file = join(mkdtempSync(join(tmpdir(), 'tars-console-tokens-')), 'token');
  let count = 0;
  const current = () => `token-${count}`;
  const write = () => writeFileSync(file, current());
  write();
  const credential = `{apiVersion:'client.authentication.k8s.io/v1',kind:'ExecCredential',status:{token:require('fs').readFileSync(process.argv[1],'utf8')}}`;
  const exec = {
    ...{ apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command: process.execPath },
    args: ['-e', `console.log(JSON.stringify(${credential}))`, file],
  };
  return {
    user: { exec },
    current,
    expire() {
      count += 1;
      write();
    },
  };
}

// The golden ratio's multiples are spread evenly: no long luck and no long misfortune.
function fractionOf(count: number): number {
  return (count * 0.6180339887498949) % 1;
}
