import type { Connection } from '../connection.ts';
import { hasStatus } from '../kubernetes-error.ts';

export interface LogQuery {
  namespace: string;
  pod: string;
  /** Needed where the pod has more than one. */
  container?: string | undefined;
  /** Of the container that ran before the last restart. */
  previous?: boolean | undefined;
  tailLines?: number | undefined;
  sinceSeconds?: number | undefined;
  /** The server ends there, however many lines were asked for. */
  limitBytes?: number | undefined;
  timestamps?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** The last lines of a container's log, raw: whoever draws them makes them printable. Empty when there is none yet. */
export async function tailLog(connection: Connection, query: LogQuery): Promise<string[]> {
  try {
    const { body } = await connection.request<unknown>({ ...requestFor(query), query: parametersOf(query) });
    const lines = String(body).split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  } catch (error) {
    // 400: the container has not started; 404: no such pod any more, or none before.
    if (hasStatus(error, 400) || hasStatus(error, 404)) return [];
    throw error;
  }
}

/** All lines that there are, as they come, of any number. */
export function logLines(connection: Connection, query: Omit<LogQuery, 'tailLines'>): AsyncIterable<string> {
  const { tailLines: _, ...parameters } = parametersOf(query);
  return connection.lines({ ...requestFor(query), query: parameters, timeoutMs: 0 });
}

/** Lines as they are written, from the last `tailLines` on; ends with the container or the signal. */
export function followLog(connection: Connection, query: LogQuery): AsyncIterable<string> {
  return connection.lines({
    ...requestFor(query),
    query: { ...parametersOf(query), follow: true },
    // The answer begins with the first line, and a container may be silent for ever.
    timeoutMs: 0,
  });
}

function requestFor({ namespace, pod, signal }: LogQuery) {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
  return { path, accept: '*/*', signal };
}

function parametersOf({ container, previous, tailLines, sinceSeconds, timestamps, limitBytes }: LogQuery) {
  return {
    container,
    previous: previous || undefined,
    tailLines: tailLines ?? 100,
    sinceSeconds,
    limitBytes,
    timestamps: timestamps || undefined,
  };
}
