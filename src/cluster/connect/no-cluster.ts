import { Problem } from '../../base/errors.ts';
import type { ClusterChoice, Connection } from '../connection.ts';

/** How what has no cluster is called where a context's name stands. */
export const noClusterName = 'no cluster';

/** The connection of what goes without a cluster: it opens nothing, and refuses every request with a `Problem`. */
export function noCluster({ namespace = 'default' }: Pick<ClusterChoice, 'namespace'> = {}): Connection {
  const closing = new AbortController();
  const refuse = (path: string): Problem =>
    new Problem('This goes without a cluster, and something in it asks for one', {
      evidence: [path],
      next: ['Choose a cluster first: --context, --sandbox, or :ctx on the screen'],
    });
  return {
    info: { context: noClusterName, server: '', namespace, sandbox: false, none: true },
    request: async ({ path }) => {
      throw refuse(path);
    },
    // biome-ignore lint/correctness/useYield: it ends before a line can come
    async *lines({ path }) {
      throw refuse(path);
    },
    stream: async ({ path }) => {
      throw refuse(path);
    },
    closed: closing.signal,
    requestRate: () => 0,
    close: () => closing.abort(),
  };
}
