import { messageOf } from '../../base/errors.ts';
import { pause } from '../../cluster/back-off.ts';
import { createFeedCore, type Feed } from '../../cluster/panes/feed.ts';
import { noQueries, type QueriesSnapshot } from '../queries/queries-snapshot.ts';
import { createReader, type ReaderOptions } from './reader.ts';

/** The figures that a system's own programs tell, read again every so often until it is closed. */
export function createReadingsFeed(
  connection: ReaderOptions['connection'],
  { everyMs = 15_000, ...options }: Pick<ReaderOptions, 'namespace' | 'readings'> & { everyMs?: number },
): Feed<QueriesSnapshot> {
  const core = createFeedCore<QueriesSnapshot>(noQueries);
  const { signal, publish } = core;
  const follow = async () => {
    publish({ source: { kind: 'readings', title: options.readings.title } });
    const read = createReader({ connection, ...options, signal });
    do {
      publish({ results: await read(), at: Date.now() });
    } while (await pause(everyMs, signal));
  };
  follow().catch((error: unknown) => {
    if (!signal.aborted) publish({ trouble: messageOf(error) });
  });
  return core;
}
