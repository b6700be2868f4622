import type { Connection } from '../connection.ts';
import { type EventLine, toEventLine } from '../events.ts';
import type { FeedState } from '../watch/feed-state.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { createFeedCore, type Feed } from './feed.ts';

export interface EventsSnapshot {
  /** Newest last, at most `capacity`. */
  events: readonly EventLine[];
  state: FeedState;
}

/** The warnings of a namespace, live; the server leaves out the rest. */
export function createEventsFeed(
  connection: Connection,
  options: { namespace: string; warningsOnly?: boolean; capacity?: number; batchMs?: number },
): Feed<EventsSnapshot> {
  const { capacity = 200, warningsOnly = true } = options;
  const core = createFeedCore<EventsSnapshot>({ events: [], state: { kind: 'connecting' } });
  const { publish } = core;
  watchObjects(connection, {
    path: `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/events`,
    apiVersion: 'v1',
    kind: 'Event',
    fieldSelector: warningsOnly ? 'type=Warning' : undefined,
    signal: core.signal,
    batchMs: options.batchMs ?? 500,
    onObjects(objects) {
      const events = [...objects.values()].map(toEventLine).sort((a, b) => a.at - b.at);
      publish({ events: events.slice(-capacity) });
    },
    onState: (state) => publish({ state }),
  });
  return core;
}
