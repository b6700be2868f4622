import { Agent, request } from 'undici';
import { Problem } from '../../../base/errors.ts';
import { whyNoAnswer } from '../../../base/no-answer.ts';

/** What expressions see of an answer. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** Parsed when it is JSON, else text. */
  body: unknown;
}

export interface HttpQuestion {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** The Host header, and the name in TLS. */
  host: string | undefined;
}

const timeoutMs = 10_000;
/** More of an answer than this is not looked at. */
const longestBody = 1024 * 1024;

/** Sends one request, following no redirect. Throws `Problem` when there is no answer. */
export async function sendRequest(
  { url, method, headers, body, host }: HttpQuestion,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const connect = host ? { servername: host.replace(/:\d+$/, '') } : {};
  // One connection for one request: nothing is kept from an attempt to the next, as each asks anew how things are.
  const dispatcher = new Agent({ connect: { timeout: timeoutMs, ...connect }, pipelining: 0 });
  try {
    const answer = await request(url, {
      method: method as 'GET',
      headers: host ? { ...headers, host } : headers,
      body: body ?? null,
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await readText(answer.body);
    return { status: answer.statusCode, headers: flat(answer.headers), body: parsed(text, answer.headers) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new Problem(`${method} ${url}: no answer: ${reasonOf(error)}`, { cause: error });
  } finally {
    void dispatcher.destroy().catch(() => {});
  }
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > longestBody) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function parsed(text: string, headers: Record<string, unknown>): unknown {
  if (!String(headers['content-type'] ?? '').includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reasonOf(error: unknown): string {
  const { name } = error as { name?: string };
  if (name === 'TimeoutError') return `none within ${timeoutMs / 1000} s`;
  return whyNoAnswer(error);
}
