import type { AutoscalersSnapshot } from './autoscalers-feed.ts';
import { createFeedCore, type Feed } from './feed.ts';
import type { PodsFeed, PodsSnapshot } from './pods-feed.ts';

/** The pods of a session without a cluster: none, and nothing is asked. */
export function noPodsFeed(): PodsFeed {
  const core = createFeedCore<PodsSnapshot>({ rows: [], total: 0, state: { kind: 'none' }, metrics: 'absent' });
  return { ...core, setShown: () => {} };
}

/** The autoscalers of a session without a cluster. */
export function noAutoscalersFeed(): Feed<AutoscalersSnapshot> {
  return createFeedCore<AutoscalersSnapshot>({ rows: [], history: {}, state: { kind: 'none' } });
}
