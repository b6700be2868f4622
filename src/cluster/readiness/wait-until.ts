import { formatDuration } from '../../base/duration.ts';
import { messageOf, Problem } from '../../base/errors.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import { type ObjectRef, pathOf } from '../resources.ts';
import type { FeedState } from '../watch/feed-state.ts';
import { whileWatching } from '../watch/waker.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { collectEvidence } from './evidence.ts';

/** Whether an object is as it is wanted, and how it is in words. */
export interface Verdict {
  met: boolean;
  message: string;
}

export interface UntilOptions {
  /** What is wanted, for the message when the time is over: `not True`. */
  wanted: string;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: (text: string, fraction: number) => void;
}

interface Seen {
  ref: ObjectRef;
  object: KubernetesObject | undefined;
  state: FeedState;
}

/**
 * Waits until every object is as `judge` wants it, by watching; one that is not there is judged as undefined. Throws `Problem` with
 * evidence when the time is over, and the signal's reason when it is aborted.
 */
export async function waitUntil(
  connection: Connection,
  refs: readonly ObjectRef[],
  judge: (object: KubernetesObject | undefined) => Verdict,
  options: UntilOptions,
): Promise<void> {
  const { signal } = options;
  const started = Date.now();
  await whileWatching(signal, async ({ stop, waker }) => {
    const seen = await Promise.all(refs.map((ref) => see(connection, ref, stop, waker.wake)));
    let said = '';
    for (;;) {
      signal?.throwIfAborted();
      const verdicts = seen.map(({ object, state }) =>
        object || state.kind === 'live' ? judge(object) : { met: false, message: 'not looked at yet' },
      );
      const at = verdicts.findIndex(({ met }) => !met);
      const [open, verdict] = [seen[at], verdicts[at]];
      if (!open || !verdict) return;
      const { ref, state } = open;
      if (state.kind === 'denied')
        throw new Problem(`${ref.kind}/${ref.name} cannot be watched: ${state.reason}`, { next: state.next });
      const text =
        state.kind === 'stale'
          ? 'the API server does not answer; trying again'
          : `${ref.kind}/${ref.name}: ${verdict.message}`;
      if (text !== said) options.onProgress?.(text, verdicts.filter(({ met }) => met).length / seen.length);
      said = text;
      const left = options.timeoutMs === undefined ? 1000 : options.timeoutMs - (Date.now() - started);
      if (left <= 0) throw await notMet(connection, open, text, options);
      await waker.sleep(Math.min(1000, left));
    }
  });
}

async function see(connection: Connection, ref: ObjectRef, signal: AbortSignal, changed: () => void): Promise<Seen> {
  const { apiVersion, kind, name, namespace } = ref;
  const one: Seen = { ref, object: undefined, state: { kind: 'connecting' } };
  watchObjects(connection, {
    path: await pathOf(connection, { apiVersion, kind, namespace }),
    apiVersion,
    kind,
    fieldSelector: `metadata.name=${name}`,
    signal,
    fresh: true,
    batchMs: 100,
    onObjects(objects) {
      one.object = [...objects.values()].find(({ metadata }) => metadata.name === name);
      changed();
    },
    onState(state) {
      one.state = state;
      changed();
    },
  });
  return one;
}

async function notMet(
  connection: Connection,
  { ref, object }: Seen,
  text: string,
  { timeoutMs = 0, wanted, signal }: UntilOptions,
): Promise<Problem> {
  const evidence = object
    ? await collectEvidence(connection, object, { signal }).catch((error) => [messageOf(error)])
    : [];
  const n = ref.namespace === undefined ? '' : ` -n ${ref.namespace}`;
  return new Problem(`${text} after ${formatDuration(timeoutMs)}, ${wanted}`, {
    evidence,
    next: [
      object
        ? `kubectl describe ${ref.kind.toLowerCase()} ${ref.name}${n}`
        : `kubectl get ${ref.kind.toLowerCase()}${n}`,
    ],
  });
}
