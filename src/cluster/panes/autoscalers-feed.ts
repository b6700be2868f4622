import { createRing } from '../../base/ring.ts';
import type { Connection } from '../connection.ts';
import type { FeedState } from '../watch/feed-state.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { type AutoscalerRow, compareAutoscalers, toAutoscalerRow } from './autoscaler-row.ts';
import { createFeedCore, type Feed } from './feed.ts';
import { keptRows } from './kept-rows.ts';

/** How many pods a target had from a moment on. */
export interface ReplicasPoint {
  /** Milliseconds since 1970. */
  at: number;
  replicas: number;
  wanted: number;
}

export interface AutoscalersSnapshot {
  rows: readonly AutoscalerRow[];
  /** By the row's key, oldest first; a point for each change, for the latency pane. */
  history: Readonly<Record<string, readonly ReplicasPoint[]>>;
  state: FeedState;
}

/** The autoscalers of a namespace, live: whole objects, because their metrics and conditions are the point. */
export function createAutoscalersFeed(
  connection: Connection,
  options: { namespace: string; batchMs?: number; historyLength?: number },
): Feed<AutoscalersSnapshot> {
  const core = createFeedCore<AutoscalersSnapshot>({ rows: [], history: {}, state: { kind: 'connecting' } });
  const histories = createHistories(options.historyLength ?? 1000);
  const { publish } = core;
  watchObjects(connection, {
    path: `/apis/autoscaling/v2/namespaces/${encodeURIComponent(options.namespace)}/horizontalpodautoscalers`,
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    signal: core.signal,
    ...(options.batchMs === undefined ? {} : { batchMs: options.batchMs }),
    onObjects(objects) {
      const rows = [...objects.values()].map(toAutoscalerRow).sort(compareAutoscalers);
      publish({ rows: keptRows(core.getSnapshot().rows, rows), history: histories.add(rows, Date.now()) });
    },
    onState: (state) => publish({ state }),
  });
  return core;
}

function createHistories(length: number) {
  const rings = new Map<string, ReturnType<typeof createRing<ReplicasPoint>>>();
  const last = new Map<string, ReplicasPoint>();
  let histories: Record<string, readonly ReplicasPoint[]> = {};
  return {
    /** A new record only when there is a new point in it. */
    add(rows: readonly AutoscalerRow[], at: number): Record<string, readonly ReplicasPoint[]> {
      for (const { key, known, replicas, wanted } of rows) {
        if (!known) continue;
        const before = last.get(key);
        if (before?.replicas === replicas && before.wanted === wanted) continue;
        const point = { at, replicas, wanted };
        const ring = rings.get(key) ?? createRing<ReplicasPoint>(length);
        ring.push(point);
        rings.set(key, ring);
        last.set(key, point);
        histories = { ...histories, [key]: ring.items() };
      }
      return histories;
    },
  };
}

/** How many pods there were at a moment; undefined before the first point. */
export function replicasAt(history: readonly ReplicasPoint[], at: number): number | undefined {
  let found: number | undefined;
  for (const point of history) {
    if (point.at > at) break;
    found = point.replicas;
  }
  return found;
}
