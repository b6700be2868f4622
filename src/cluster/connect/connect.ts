import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, Problem } from '../../base/errors.ts';
import type {
  ClusterChoice,
  Connection,
  ConnectionInfo,
  KubernetesRequest,
  KubernetesResponse,
} from '../connection.ts';
import type { KubernetesError } from '../kubernetes-error.ts';
import { answerError } from './answer-error.ts';
import { chooseContext } from './contexts.ts';
import { type CredentialSource, createCredentialSource } from './credentials.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { networkProblem, timeoutProblem } from './network-problem.ts';
import { noCluster } from './no-cluster.ts';
import { readAnswer } from './read-answer.ts';
import { refusedStream } from './refused-stream.ts';
import { createRequestRate } from './request-rate.ts';
import { type OpenAnswer, send, TimeoutError, wasStale } from './send.ts';
import { splitLines } from './split-lines.ts';

/**
 * Opens the way to the chosen cluster. Nothing is sent yet, apart from what an exec plugin does for its token. Throws
 * `Problem` for a kubeconfig or context that is missing or broken.
 */
export async function connect(choice: ClusterChoice): Promise<Connection> {
  if (choice.none) return noCluster(choice);
  const config = readKubeconfig(choice.kubeconfig);
  const context = chooseContext(config, choice);
  const info: ConnectionInfo = {
    context: context.name,
    server: context.server,
    namespace: choice.namespace ?? context.namespace,
    sandbox: context.sandbox,
    otherNames: context.otherNames,
    speed: context.speed,
    ...(choice.kubeconfig === undefined ? {} : { kubeconfig: choice.kubeconfig }),
  };
  const server = parseServer(context.server, info);
  const credentials = createCredentialSource(config, context);
  await credentials.current();
  return createConnection(info, server, credentials);
}

/** What an API server says of why it refuses is a few hundred bytes. */
const mostOfRefusal = 4 * 1024 * 1024;

function createConnection(info: ConnectionInfo, server: URL, credentials: CredentialSource): Connection {
  const requests = createRequestRate();
  const closing = new AbortController();

  async function open(request: KubernetesRequest, streamed: boolean): Promise<OpenAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      requests.count();
      const answer = await sendOnce(request, streamed, attempt);
      if (!answer) continue;
      if (answer.status < 300) return answer;
      const error = await refusal(answer, request);
      if (error.status === 401 && attempt === 0 && credentials.renew()) continue;
      const pause = attempt < 3 ? retryAfterMs(error, request) : undefined;
      if (pause === undefined) throw error;
      await wait(pause, undefined, request.signal ? { signal: request.signal } : {});
    }
  }

  /** Undefined: nothing was sent because the kept connection was stale; to be tried again. */
  async function sendOnce(request: KubernetesRequest, streamed: boolean, attempt: number) {
    try {
      if (closing.signal.aborted) throw new Problem('The connection to the cluster was closed');
      return await send(server, await credentials.current(), request, streamed);
    } catch (error) {
      if (request.signal?.aborted) throw error;
      if (wasStale(error) && attempt < 2) return undefined;
      throw noAnswer(error, request);
    }
  }

  async function refusal(answer: OpenAnswer, request: KubernetesRequest): Promise<KubernetesError> {
    const text = await readAll(answer, mostOfRefusal).catch(() => '');
    const body = parse(text, answer.headers, () => text);
    return answerError(answer.status, { headers: answer.headers, body }, request, info, credentials.plugin);
  }

  function noAnswer(error: unknown, request: Pick<KubernetesRequest, 'signal' | 'timeoutMs'>): Error {
    if (request.signal?.aborted) return error instanceof Error ? error : new Error(messageOf(error));
    if (error instanceof TimeoutError) return timeoutProblem(info, request.timeoutMs ?? 30_000);
    return networkProblem(error, info);
  }

  return {
    info,
    async request<T>(request: KubernetesRequest): Promise<KubernetesResponse<T>> {
      const answer = await open(request, false);
      try {
        const text = await readAll(answer);
        return { status: answer.status, headers: answer.headers, body: parse(text, answer.headers) as T };
      } catch (error) {
        throw error instanceof Problem ? error : noAnswer(error, request);
      }
    },
    async *lines(request: KubernetesRequest) {
      let answer: OpenAnswer | undefined;
      try {
        answer = await open(request, true);
        request.onOpen?.();
        yield* splitLines(answer.body);
      } catch (error) {
        if (request.signal?.aborted) return;
        throw error instanceof Problem ? error : noAnswer(error, request);
      } finally {
        answer?.destroy();
      }
    },
    async stream(request) {
      // Read only where it is needed: looking at a cluster does not need WebSockets.
      const { openStream } = await import('./message-stream.ts');
      for (let attempt = 0; ; attempt += 1) {
        requests.count();
        if (closing.signal.aborted) throw new Problem('The connection to the cluster was closed');
        const opened = await openStream(server, await credentials.current(), request, closing.signal).catch((error) => {
          throw noAnswer(error, request);
        });
        if (!('refused' in opened)) return opened;
        if (opened.refused.status === 401 && attempt === 0 && credentials.renew()) continue;
        throw refusedStream(opened, request, info, credentials.plugin);
      }
    },
    closed: closing.signal,
    requestRate: () => requests.rate(),
    close() {
      closing.abort();
      credentials.close();
    },
  };
}

async function readAll(answer: OpenAnswer, most?: number): Promise<string> {
  try {
    return await readAnswer(answer.body, most);
  } finally {
    answer.destroy();
  }
}

function parse(text: string, headers: Record<string, string>, otherwise: (error: unknown) => unknown = fail): unknown {
  if (!(headers['content-type'] ?? '').includes('json')) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    return otherwise(error);
  }
}

function fail(error: unknown): never {
  throw new Problem('The API server answered with JSON that cannot be read', {
    evidence: [messageOf(error)],
    next: ['A proxy or load balancer in between may have cut the answer; try again'],
    cause: error,
  });
}

// client-go's rest/with_retry.go: 429 and 5xx are repeated only when the server says when. What a Service behind the
// proxy says is its own affair.
function retryAfterMs(error: KubernetesError, request: KubernetesRequest): number | undefined {
  if (error.status !== 429 && error.status < 500) return undefined;
  if (/\/proxy(\/|$)/.test(request.path)) return undefined;
  const seconds = Number(error.answer?.headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 && seconds <= 10 ? seconds * 1000 : undefined;
}

function parseServer(server: string, info: ConnectionInfo): URL {
  try {
    return new URL(server);
  } catch (cause) {
    throw new Problem(`The server of context "${info.context}" is not a URL: ${server}`, { cause });
  }
}
