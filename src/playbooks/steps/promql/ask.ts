import type { Connection } from '../../../cluster/connection.ts';
import { KubernetesError } from '../../../cluster/kubernetes-error.ts';
import { type HttpAnswer, sendRequest } from '../http/answer.ts';
import { findDestination, type HttpDestination } from '../http/destination.ts';
import { type PromqlResult, readAnswer } from './answer.ts';

/** Where a Prometheus is: anywhere, with the headers that let in, or a Service of the cluster. */
export type PrometheusPlace =
  | { url: string; headers: Record<string, string> }
  /** `name:port` */
  | { service: string; namespace: string };

export interface PrometheusQuestion {
  query: string;
  /** Up to now, in seconds; one instant without it. */
  range?: { seconds: number; step: number } | undefined;
}

/** Asks a Prometheus. Throws `Problem` with its own words for a query that it refuses, and where nobody answers. */
export async function askPrometheus(
  place: PrometheusPlace,
  { query, range }: PrometheusQuestion,
  connection: Connection,
  signal: AbortSignal,
): Promise<PromqlResult> {
  const parameters = new URLSearchParams({ query });
  if (range) {
    const end = Date.now() / 1000;
    parameters.set('start', String(end - range.seconds));
    parameters.set('end', String(end));
    parameters.set('step', String(range.step));
  }
  const path = `/api/v1/${range ? 'query_range' : 'query'}?${parameters}`;
  const where = 'url' in place ? place.url : `service ${place.service} in namespace ${place.namespace}`;
  const destination =
    'url' in place
      ? { through: 'url' as const, url: `${place.url.replace(/\/$/, '')}${path}`, host: undefined }
      : await findDestination({ service: place.service, path }, connection, place.namespace, signal);
  const headers = 'url' in place ? place.headers : {};
  return readAnswer(await send(destination, headers, connection, signal), query, where);
}

async function send(
  destination: HttpDestination,
  headers: Record<string, string>,
  connection: Connection,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (destination.through === 'url') {
    const { url, host } = destination;
    return sendRequest({ url, method: 'GET', headers, body: undefined, host }, signal);
  }
  try {
    return await connection.request({ path: destination.path, signal });
  } catch (error) {
    // What Prometheus refuses comes through the API server as its own answer.
    const body = error instanceof KubernetesError ? error.answer?.body : undefined;
    if (!(error instanceof KubernetesError) || (body as { errorType?: unknown } | undefined)?.errorType === undefined)
      throw error;
    return { status: error.status, headers: error.answer?.headers ?? {}, body };
  }
}
