import { backOffMs, pause } from '../back-off.ts';
import type { Connection } from '../connection.ts';
import { hasStatus, KubernetesError } from '../kubernetes-error.ts';
import type { FeedState } from '../watch/feed-state.ts';
import { raiseDoubt } from '../watch/link-doubt.ts';
import { applyChange, watchTable } from '../watch/watch-table.ts';
import { createFeedCore, type Feed } from './feed.ts';
import { keptRows } from './kept-rows.ts';
import { keptUsage, type PodUsage, readPodMetrics } from './pod-metrics.ts';
import { comparePods, type PodRow, toPodRow } from './pod-row.ts';

export interface PodsSnapshot {
  /** Problems first. A new array only when something changed. */
  rows: readonly PodRow[];
  /** Pods in all; more than `rows` where the cap was reached. */
  total: number;
  state: FeedState;
  /** `absent`: the cluster has no metrics API, so CPU and memory stay empty. */
  metrics: 'unknown' | 'live' | 'absent';
}

export interface PodsFeed extends Feed<PodsSnapshot> {
  /** Usage is asked for only while somebody looks at it. */
  setShown(shown: boolean): void;
}

export interface PodsFeedOptions {
  /** Undefined: all namespaces, which costs more. */
  namespace: string | undefined;
  labelSelector?: string | undefined;
  shown?: boolean;
  batchMs?: number;
  /** How many rows are kept at most. */
  capacity?: number;
  metricsEveryMs?: number;
  /** Without an answer for so long the link is taken to be dead; 10 s unless said. */
  metricsTimeoutMs?: number;
}

/** The pods of a namespace, live, with what they use. */
export function createPodsFeed(connection: Connection, options: PodsFeedOptions): PodsFeed {
  const { namespace, labelSelector, capacity = 50_000 } = options;
  const core = createFeedCore<PodsSnapshot>({
    rows: [],
    total: 0,
    state: { kind: 'connecting' },
    metrics: 'unknown',
  });
  let pods = new Map<string, PodRow>();
  let usage = new Map<string, PodUsage>();
  const { publish } = core;
  const rowsNow = () => {
    const rows = [...pods.values()].map((row) => withUsage(row, usage)).sort(comparePods);
    return keptRows(core.getSnapshot().rows, rows.slice(0, capacity));
  };
  watchTable<PodRow>(connection, {
    path: namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    allNamespaces: namespace === undefined,
    labelSelector,
    signal: core.signal,
    ...(options.batchMs === undefined ? {} : { batchMs: options.batchMs }),
    toRow: (row, columns, now) => toPodRow(row, columns, now, (key) => pods.get(key)),
    keyOf: (row) => row.key,
    onChange(change) {
      pods = applyChange(pods, change);
      publish({ rows: rowsNow(), total: pods.size });
    },
    onState: (state) => publish({ state }),
  });
  const poll = pollMetrics(connection, options, core.signal, (next) => {
    if (next) usage = keptUsage(usage, next);
    publish(next ? { rows: rowsNow(), metrics: 'live' } : { metrics: 'absent' });
  });
  poll.setShown(options.shown ?? true);
  return { ...core, setShown: poll.setShown };
}

function withUsage(row: PodRow, usage: ReadonlyMap<string, PodUsage>): PodRow {
  const used = usage.get(row.key);
  return used ? { ...row, cpu: used.cpu, memory: used.memory } : row;
}

function pollMetrics(
  connection: Connection,
  options: PodsFeedOptions,
  signal: AbortSignal,
  onUsage: (usage: Map<string, PodUsage> | undefined) => void,
): { setShown(shown: boolean): void } {
  // metrics-server measures every 15 s; the sandbox does so sooner by its speed.
  const everyMs = options.metricsEveryMs ?? Math.max(1000, 15_000 / (connection.info.speed ?? 1));
  let shown = false;
  let running = false;
  async function run(): Promise<void> {
    let failures = 0;
    while (shown && !signal.aborted) {
      try {
        onUsage(await readPodMetrics(connection, { ...options, timeoutMs: options.metricsTimeoutMs, signal }));
        failures = 0;
      } catch (error) {
        failures += 1;
        if (hasStatus(error, 404) || hasStatus(error, 403)) onUsage(undefined);
        else if (!(error instanceof KubernetesError) && !signal.aborted) raiseDoubt(connection);
      }
      // Where there are none, they may come with a metrics-server that is being installed.
      const wait = failures === 0 ? everyMs : Math.max(everyMs, backOffMs(failures));
      if (!(await pause(wait, signal))) return;
    }
  }
  return {
    setShown(next) {
      shown = next;
      if (!shown || running) return;
      running = true;
      void run().finally(() => {
        running = false;
      });
    },
  };
}
