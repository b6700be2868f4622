import { setMaxListeners } from 'node:events';
import { formatDuration } from '../base/duration.ts';
import { messageOf, Problem } from '../base/errors.ts';
import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import { type Readiness, readinessOf } from '../kubernetes/readiness.ts';
import { createWaker } from './back-off.ts';
import type { Connection } from './connection.ts';
import { collectEvidence } from './evidence.ts';
import type { FeedState } from './feed-state.ts';
import { getObject, refOf } from './objects.ts';
import { pathOf } from './resources.ts';
import { watchObjects } from './watch-objects.ts';
import { newestPods, podSelectorOf } from './workload-pods.ts';

export interface WaitOptions {
  /** For all together; without one it waits as long as the signal lets it. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** One short text on what it waits for, and how many of the objects are ready, 0 … 1. Only when it says something new. */
  onProgress?: (text: string, fraction: number) => void;
  /** A failure must last so long before it counts: a crash while a database still starts is none. 12 s by the sandbox's speed. */
  graceMs?: number;
}

interface Tracked {
  wanted: KubernetesObject;
  live: KubernetesObject | undefined;
  pods: readonly KubernetesObject[];
  readiness: Readiness;
  failingSince: number | undefined;
  state: FeedState;
  bindingMode: string | undefined;
}

/**
 * Waits until every object is ready by the rule of its kind (`readinessOf`), by watching. Throws `Problem` with evidence (pods,
 * events, last log lines) when one fails for good or the time is over, and the signal's reason when it is aborted.
 */
export async function waitReady(
  connection: Connection,
  objects: readonly KubernetesObject[],
  options: WaitOptions = {},
): Promise<void> {
  const { signal, onProgress } = options;
  const speed = connection.info.speed ?? 1;
  const graceMs = options.graceMs ?? Math.max(2000, 12_000 / speed);
  const waker = createWaker();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const onAbort = () => {
    stop.abort();
    waker.wake();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  const started = Date.now();
  try {
    const tracked = await Promise.all(objects.map((object) => track(connection, object, stop.signal, waker.wake)));
    let said = '';
    for (;;) {
      signal?.throwIfAborted();
      const now = Date.now();
      for (const one of tracked) await judge(connection, one, now);
      const waiting = tracked.filter(({ readiness }) => !readiness.ready);
      const text = describe(tracked, waiting);
      if (text !== said) onProgress?.(text, 1 - waiting.length / Math.max(1, tracked.length));
      said = text;
      if (waiting.length === 0) return;
      const refused = waiting.find(({ state }) => state.kind === 'denied');
      if (refused?.state.kind === 'denied')
        throw new Problem(`${nameOf(refused.wanted)} cannot be watched: ${refused.state.reason}`, {
          next: refused.state.next,
        });
      const failed = waiting.find(
        ({ failingSince, readiness }) =>
          failingSince !== undefined && now - failingSince >= graceMs * patienceFor(readiness),
      );
      if (failed) throw await problemOf(connection, failed, failureText(failed), signal);
      const left = options.timeoutMs === undefined ? 1000 : options.timeoutMs - (now - started);
      const [first] = waiting;
      if (left <= 0 && first) {
        const after = `is not ready after ${formatDuration(options.timeoutMs ?? 0)}`;
        throw await problemOf(connection, first, `${after}: ${first.readiness.message}`, signal);
      }
      await waker.sleep(Math.min(1000, left));
    }
  } finally {
    stop.abort();
    signal?.removeEventListener('abort', onAbort);
  }
}

async function track(
  connection: Connection,
  wanted: KubernetesObject,
  signal: AbortSignal,
  changed: () => void,
): Promise<Tracked> {
  const { apiVersion, kind, metadata } = wanted;
  const one: Tracked = {
    wanted,
    live: undefined,
    pods: [],
    readiness: { ready: false, message: 'not looked at yet' },
    failingSince: undefined,
    state: { kind: 'connecting' },
    bindingMode: await bindingModeOf(connection, wanted, signal),
  };
  const path = await pathOf(connection, { apiVersion, kind, namespace: metadata.namespace });
  const shared = { signal, batchMs: 100, fresh: true };
  watchObjects(connection, {
    ...shared,
    path,
    apiVersion,
    kind,
    fieldSelector: `metadata.name=${metadata.name}`,
    onObjects(objects) {
      one.live = [...objects.values()].find((object) => object.metadata.name === metadata.name);
      changed();
    },
    onState(state) {
      one.state = state;
      changed();
    },
  });
  const labelSelector = podSelectorOf(wanted);
  if (labelSelector === undefined) return one;
  watchObjects(connection, {
    ...shared,
    path: await pathOf(connection, { apiVersion: 'v1', kind: 'Pod', namespace: metadata.namespace }),
    apiVersion: 'v1',
    kind: 'Pod',
    labelSelector,
    onObjects(pods) {
      one.pods = [...pods.values()];
      changed();
    },
    // Without the right to see pods a failure is told by the workload's own status, later.
    onState: () => {},
  });
  return one;
}

async function judge(connection: Connection, one: Tracked, now: number): Promise<void> {
  const { live, wanted, pods, bindingMode } = one;
  if (!live) {
    one.readiness = { ready: false, message: one.state.kind === 'live' ? 'does not exist' : 'not looked at yet' };
    one.failingSince = undefined;
    return;
  }
  if ((live.metadata.generation ?? 0) < (wanted.metadata.generation ?? 0)) return;
  one.readiness = readinessOf(live, { pods, bindingMode });
  if (one.readiness.failed && live.kind === 'Deployment') {
    const newest = await newestPods(connection, live, pods).catch(() => pods);
    one.readiness = readinessOf(live, { pods: newest, bindingMode });
  }
  one.failingSince = one.readiness.failed ? (one.failingSince ?? now) : undefined;
}

async function bindingModeOf(connection: Connection, object: KubernetesObject, signal: AbortSignal) {
  if (object.kind !== 'PersistentVolumeClaim') return undefined;
  const claim = await getObject(connection, refOf(object), signal);
  const name = (claim?.spec as { storageClassName?: string } | undefined)?.storageClassName;
  if (!name) return undefined;
  const ref = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name };
  const storageClass = await getObject(connection, ref, signal).catch(() => undefined);
  return storageClass?.volumeBindingMode as string | undefined;
}

// A claim that is being bound, or a node that an autoscaler brings, takes its minute.
function patienceFor({ failed }: Readiness): number {
  return failed?.reason === 'Unschedulable' ? 5 : 1;
}

function describe(tracked: readonly Tracked[], waiting: readonly Tracked[]): string {
  const [first] = waiting;
  if (!first) return 'ready';
  if (first.state.kind === 'stale') return 'the API server does not answer; trying again';
  const reason = first.readiness.failed ? `${first.readiness.failed.reason}, ` : '';
  const text = `${nameOf(first.wanted)}: ${reason}${first.readiness.message}`;
  return tracked.length === 1 ? text : `${tracked.length - waiting.length} of ${tracked.length} ready; ${text}`;
}

function failureText({ readiness }: Tracked): string {
  const { reason, message } = readiness.failed ?? { reason: 'failed', message: '' };
  return message === '' ? `fails: ${reason}` : `fails: ${reason}: ${message}`;
}

async function problemOf(connection: Connection, one: Tracked, text: string, signal?: AbortSignal): Promise<Problem> {
  const object = one.live ?? one.wanted;
  const { name, namespace = connection.info.namespace } = object.metadata;
  const evidence = await collectEvidence(connection, object, { signal }).catch((error) => [messageOf(error)]);
  const kind = object.kind.toLowerCase();
  return new Problem(`${nameOf(object)} ${text}`, {
    where: `namespace ${namespace}`,
    evidence,
    next: [`kubectl describe ${kind} ${name} -n ${namespace}`],
  });
}
