import { Problem } from '../../../base/errors.ts';
import type { Connection, KubernetesRequest } from '../../../cluster/connection.ts';
import { KubernetesError } from '../../../cluster/kubernetes-error.ts';
import type { HttpAnswer } from './answer.ts';

export interface ProxiedRequest {
  method: NonNullable<KubernetesRequest['method']> | 'HEAD';
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

/** Through the API server, which every cluster lets through; what the Service refuses is its answer all the same. */
export async function sendThroughProxy(
  { method, path, headers, body }: ProxiedRequest,
  connection: Connection,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (method === 'HEAD') throw new Problem('HEAD does not go through the API server’s proxy; use GET');
  try {
    const answer = await connection.request({ method, path, headers, body, accept: '*/*', signal });
    return { status: answer.status, headers: answer.headers, body: answer.body };
  } catch (error) {
    if (!(error instanceof KubernetesError) || !error.answer) throw error;
    // No endpoints, or no right to the proxy: that is said by the API server itself.
    if (error.details.status === 'Failure' && error.reason !== '') throw error;
    return { status: error.status, headers: error.answer.headers, body: error.answer.body };
  }
}
