import type { Connection } from '../cluster/connection.ts';
import { listObjects } from '../cluster/objects.ts';

type EndpointSlice = Awaited<ReturnType<typeof listObjects>>[number] & {
  endpoints?: { addresses?: string[]; conditions?: { ready?: boolean } }[];
};

/** How often the cluster is asked: an autoscaler decides every 15 seconds. */
const everyMs = 3000;

export interface ReadyEndpoints {
  /** As it was last seen; undefined where nobody may look, or nothing has answered yet. */
  now(): number | undefined;
  close(): void;
}

/** Counts how many pods stand ready behind a Service for as long as a load goes there. Only reads; a failure is no news. */
export function watchReadyEndpoints(connection: Connection, service: string, namespace: string): ReadyEndpoints {
  const stop = new AbortController();
  let count: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    count = await countReady(connection, service, namespace, stop.signal).catch(() => undefined);
    if (stop.signal.aborted) return;
    timer = setTimeout(look, everyMs);
    timer.unref();
  };
  void look();
  return {
    now: () => count,
    close() {
      stop.abort();
      clearTimeout(timer);
    },
  };
}

/** Pods that take requests of a Service: addresses of its EndpointSlices that are ready, each counted once. */
async function countReady(
  connection: Connection,
  service: string,
  namespace: string,
  signal: AbortSignal,
): Promise<number> {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const query = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace, labelSelector };
  const slices = (await listObjects(connection, query, signal)) as EndpointSlice[];
  // `ready` is to be taken as true where it is not said (discovery/v1, EndpointConditions).
  const ready = slices.flatMap(({ endpoints = [] }) =>
    endpoints.filter(({ conditions }) => conditions?.ready !== false),
  );
  return new Set(ready.flatMap(({ addresses = [] }) => addresses.slice(0, 1))).size;
}
