import type { Connection, KubernetesRequest, KubernetesResponse } from '../../cluster/connection.ts';
import { hasStatus } from '../../cluster/kubernetes-error.ts';
import { shareResources } from '../../cluster/resources.ts';

/**
 * The same connection for one look at the cluster: what is read twice in it is asked for once. Not for what then acts, which
 * has to see what is there by then; and not for what waits.
 */
export function oneLook(connection: Connection): Connection {
  const seen = new Map<string, Promise<KubernetesResponse<unknown>>>();
  const look: Connection = {
    ...connection,
    async request<T>(request: KubernetesRequest) {
      const { method = 'GET', path, query, accept, headers, body } = request;
      if (method !== 'GET' || body !== undefined) return connection.request<T>(request);
      const key = JSON.stringify([path, query, accept, headers]);
      const asked = seen.get(key) ?? connection.request<unknown>(request);
      if (!seen.has(key)) {
        seen.set(key, asked);
        // That there is no such thing is an answer as well.
        asked.catch((error: unknown) => void (hasStatus(error, 404) || seen.delete(key)));
      }
      const answer = await asked;
      // Each may do with it what it wants.
      return { ...answer, body: structuredClone(answer.body) as T };
    },
  };
  shareResources(connection, look);
  return look;
}
