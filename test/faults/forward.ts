import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Agent, request } from 'node:https';
import type { Readable } from 'node:stream';

export interface Upstream {
  url: URL;
  agent: Agent;
  token: string;
}

export interface Forwarding {
  /** Told what was asked for by GET, not as a stream, and its answer's whole body. */
  seen?: (path: string, body: string) => void;
  /** Changes the answer's headers. */
  headers?: (headers: Record<string, string | string[] | undefined>) => void;
  /** Passes the body on in a way of its own. */
  body?: (answer: Readable, response: ServerResponse) => void;
}

/** Hands a request on to the API server, with the token that is good there, and its answer back. */
export function forward(
  { url: { hostname, port }, agent, token }: Upstream,
  incoming: IncomingMessage,
  response: ServerResponse,
  { seen, headers: change, body = (answer) => answer.pipe(response) }: Forwarding = {},
): void {
  const { method, url: path = '' } = incoming;
  const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
  const outgoing = request({ hostname, port, method, path, headers, agent }, (answer) => {
    const answered = { ...answer.headers };
    change?.(answered);
    response.writeHead(answer.statusCode ?? 502, answered);
    response.flushHeaders();
    if (seen && method === 'GET' && answer.statusCode === 200 && !isStream(incoming)) {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => seen(path, Buffer.concat(chunks).toString()));
    }
    body(answer, response);
  });
  outgoing.on('error', () => response.destroy());
  // Not `close` of the request: that comes when its body was read.
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/** Whether the answer goes on until somebody ends it. */
export function isStream({ url = '' }: IncomingMessage): boolean {
  return /[?&](watch|follow)=(true|1)/.test(url);
}
