import { messageOf } from '../../base/errors.ts';
import { pause } from '../../cluster/back-off.ts';
import type { Connection } from '../../cluster/connection.ts';
import { createFeedCore, type Feed } from '../../cluster/panes/feed.ts';
import type { SystemQuery } from '../../systems/query-schema.ts';
import { createAsker } from './asker.ts';
import { findPrometheus } from './find-prometheus.ts';
import { noQueries, type QueriesSnapshot } from './queries-snapshot.ts';
import { parseSource, type QuerySource } from './query-source.ts';

type PrometheusSource = Exclude<QuerySource, { kind: 'readings' }>;

export interface QueriesOptions {
  namespace: string;
  queries: readonly SystemQuery[];
  /** A URL or `namespace/service:port`; without it one is looked for, and on the sandbox its own programs are asked. */
  prometheus?: string | undefined;
  everyMs?: number;
}

/** The figures of a system's queries, asked again every so often until it is closed. */
export function createQueriesFeed(
  connection: Connection,
  { namespace, queries, prometheus, everyMs = 15_000 }: QueriesOptions,
): Feed<QueriesSnapshot> {
  const core = createFeedCore<QueriesSnapshot>(noQueries);
  const { signal, publish } = core;
  const follow = async () => {
    const { source, found } = await chooseSource(connection, namespace, prometheus, signal);
    publish({ source, found, none: source === undefined });
    if (!source) return;
    const ask = createAsker({ connection, namespace, queries, source, everyMs, signal });
    do {
      publish({ results: await ask(), at: Date.now() });
    } while (await pause(everyMs, signal));
  };
  follow().catch((error: unknown) => {
    if (!signal.aborted) publish({ trouble: messageOf(error) });
  });
  return core;
}

/** The one that was named, else the sandbox's own programs, else the likeliest of the cluster. Throws `Problem`. */
export async function chooseSource(
  connection: Connection,
  namespace: string,
  prometheus: string | undefined,
  signal: AbortSignal,
): Promise<{ source: PrometheusSource | undefined; found: QuerySource[] }> {
  if (prometheus === undefined && connection.info.sandbox) return { source: { kind: 'stand-in' }, found: [] };
  if (prometheus?.includes('://')) return { source: parseSource(prometheus), found: [] };
  const found = await findPrometheus(connection, namespace, signal);
  return { source: prometheus === undefined ? found[0] : parseSource(prometheus), found };
}
