import { Agent, request } from 'undici';
import { readLines } from '../../../src/sandbox/read-lines.ts';
import type { ClusterAccess } from './provided.ts';

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a server says.
  body: any;
}

export interface HttpOptions {
  headers?: Record<string, string>;
  query?: Record<string, string | number | boolean>;
  /** Another one than the owner's; empty for none. */
  token?: string;
}

export type PatchType = 'json-patch+json' | 'merge-patch+json' | 'strategic-merge-patch+json' | 'apply-patch+yaml';

export interface Event {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  object: any;
}

export interface Http {
  send(method: string, path: string, body?: unknown, options?: HttpOptions): Promise<HttpAnswer>;
  get(path: string, options?: HttpOptions): Promise<HttpAnswer>;
  post(path: string, object: unknown, options?: HttpOptions): Promise<HttpAnswer>;
  put(path: string, object: unknown, options?: HttpOptions): Promise<HttpAnswer>;
  patch(path: string, patch: unknown, type: PatchType, options?: HttpOptions): Promise<HttpAnswer>;
  /** With `body` as DeleteOptions. */
  remove(path: string, body?: unknown, options?: HttpOptions): Promise<HttpAnswer>;
  /** The events of a watch, until the signal; never ends by itself unless the server ends it. */
  watch(path: string, signal: AbortSignal, options?: HttpOptions): AsyncIterable<Event>;
  /** Reads again and again until the answer is as wanted; throws with the last one after 30 s, or `withinMs`. */
  until(
    path: string,
    wanted: (answer: HttpAnswer) => boolean,
    options?: HttpOptions & { withinMs?: number },
  ): Promise<HttpAnswer>;
  end(): void;
}

const untilMs = 30_000;

/** Plain HTTPS to one cluster. No status throws: the suite is about what servers answer. */
export function createHttp(access: ClusterAccess): Http {
  const { ca, cert, key } = access;
  const connect = { ca, cert, key, rejectUnauthorized: ca !== undefined };
  const dispatcher = new Agent({ connect, connections: 128, bodyTimeout: 0 });
  const open = (method: string, path: string, body: unknown, options: HttpOptions = {}, signal?: AbortSignal) => {
    const token = options.token ?? access.token;
    const given = typeof body === 'string' || Buffer.isBuffer(body) || body === undefined;
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'suite' };
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    return request(`${access.server}${path}`, {
      method: method as 'GET',
      dispatcher,
      headers: { ...headers, ...options.headers },
      ...(options.query ? { query: options.query } : {}),
      body: given ? ((body as string | Buffer | undefined) ?? null) : JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  };
  const send: Http['send'] = async (method, path, body, options) => {
    const answer = await open(method, path, body, options);
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, body: parsed(text) };
  };
  return {
    send,
    get: (path, options) => send('GET', path, undefined, options),
    post: (path, object, options) => send('POST', path, object, options),
    put: (path, object, options) => send('PUT', path, object, options),
    patch: (path, patch, type, options) =>
      send('PATCH', path, patch, {
        ...options,
        headers: { 'content-type': `application/${type}`, ...options?.headers },
      }),
    remove: (path, body, options) => send('DELETE', path, body, options),
    async *watch(path, signal, options) {
      const query = { ...options?.query, watch: true };
      const answer = await open('GET', path, undefined, { ...options, query }, signal);
      if (answer.statusCode !== 200) throw new Error(`the watch was refused: ${await answer.body.text()}`);
      for await (const line of readLines(answer.body)) yield JSON.parse(line) as Event;
    },
    async until(path, wanted, { withinMs = untilMs, ...options } = {}) {
      for (const deadline = Date.now() + withinMs; ; ) {
        const answer = await send('GET', path, undefined, options);
        if (wanted(answer)) return answer;
        if (Date.now() > deadline) throw new Error(`${path} did not become as wanted: ${answer.status} ${answer.text}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    end: () => void dispatcher.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
