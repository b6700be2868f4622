import { Problem } from '../../base/errors.ts';
import { backOffMs, pause } from '../../cluster/back-off.ts';
import type { Connection, KubernetesRequest } from '../../cluster/connection.ts';
import { KubernetesError } from '../../cluster/kubernetes-error.ts';

/** How often a request is sent at most, and how long after the first time it is not sent again. */
const most = 5;
const longestMs = 15_000;

/**
 * A connection for a run, which nobody watches and nobody starts again by hand: what may be sent twice without another
 * effect is sent again where no answer came, or one that says that the API server has trouble of its own.
 */
export function patientConnection(connection: Connection, wait: typeof pause = pause): Connection {
  return {
    ...connection,
    async request<T>(request: KubernetesRequest) {
      const startedAt = performance.now();
      for (let tried = 1; ; tried += 1) {
        try {
          return await connection.request<T>(request);
        } catch (error) {
          const isOver = tried >= most || performance.now() - startedAt > longestMs;
          if (isOver || !isRepeatable(request) || !isTrouble(error)) throw error;
          if (!(await wait(backOffMs(tried), request.signal ?? new AbortController().signal))) throw error;
        }
      }
    },
  };
}

function isRepeatable({ method = 'GET', contentType = '', path }: KubernetesRequest): boolean {
  // What a Service behind the proxy makes of a request is its own affair.
  if (/\/proxy(\/|$)/.test(path)) return false;
  if (method === 'POST') return /\/self(subject|node)\w*reviews$/.test(path);
  return method === 'GET' || method === 'DELETE' || (method === 'PATCH' && /(apply|merge)-patch/.test(contentType));
}

function isTrouble(error: unknown): boolean {
  if (error instanceof KubernetesError) return error.status >= 500 || error.status === 429;
  return error instanceof Problem;
}
