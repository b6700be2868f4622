import { setMaxListeners } from 'node:events';
import { formatDuration } from '../../base/duration.ts';
import { Problem } from '../../base/errors.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { heldNamespace } from '../../kubernetes/readiness-cluster.ts';
import { createWaker } from '../back-off.ts';
import type { Connection } from '../connection.ts';
import { type ObjectRef, pathOf } from '../resources.ts';
import { watchObjects } from '../watch/watch-objects.ts';

export interface WaitDeletedOptions {
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: (text: string, fraction: number) => void;
}

/**
 * Waits until the objects are gone, or stand there anew with another uid. Throws `Problem` when the time is over, naming
 * what holds the first of them: finalizers, or a namespace's own conditions. Finalizers are never taken off.
 */
export async function waitDeleted(
  connection: Connection,
  refs: readonly (ObjectRef & { uid?: string | undefined })[],
  options: WaitDeletedOptions = {},
): Promise<void> {
  const waker = createWaker();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const onAbort = () => {
    stop.abort();
    waker.wake();
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const left = new Map<string, { ref: ObjectRef; object: KubernetesObject | undefined }>();
  const started = Date.now();
  try {
    for (const [index, ref] of refs.entries()) {
      left.set(String(index), { ref, object: undefined });
      watchObjects(connection, {
        path: await pathOf(connection, { apiVersion: ref.apiVersion, kind: ref.kind, namespace: ref.namespace }),
        apiVersion: ref.apiVersion,
        kind: ref.kind,
        fieldSelector: `metadata.name=${ref.name}`,
        signal: stop.signal,
        fresh: true,
        batchMs: 100,
        onObjects(objects) {
          const object = [...objects.values()].find(({ metadata }) => metadata.name === ref.name);
          const another = object && ref.uid !== undefined && object.metadata.uid !== ref.uid;
          if (object && !another) left.set(String(index), { ref, object });
          else left.delete(String(index));
          waker.wake();
        },
        onState: () => {},
      });
    }
    let said = -1;
    for (;;) {
      options.signal?.throwIfAborted();
      const [first] = left.values();
      if (!first) return;
      if (left.size !== said)
        options.onProgress?.(describe(first.ref, refs.length, left.size), 1 - left.size / refs.length);
      said = left.size;
      const remaining = options.timeoutMs === undefined ? 1000 : options.timeoutMs - (Date.now() - started);
      if (remaining <= 0) throw stillThere(first.ref, first.object, options.timeoutMs ?? 0);
      await waker.sleep(Math.min(1000, remaining));
    }
  } finally {
    stop.abort();
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function describe(ref: ObjectRef, total: number, left: number): string {
  const text = `waits until ${ref.kind}/${ref.name} is gone`;
  return total === 1 ? text : `${total - left} of ${total} gone; ${text}`;
}

function stillThere(ref: ObjectRef, object: KubernetesObject | undefined, ms: number): Problem {
  const name = object ? nameOf(object) : `${ref.kind}/${ref.name}`;
  const finalizers = object?.metadata.finalizers ?? [];
  const held = object?.kind === 'Namespace' ? heldNamespace(object) : { evidence: [], next: [] };
  const describe = `kubectl describe ${ref.kind.toLowerCase()} ${ref.name}${ref.namespace ? ` -n ${ref.namespace}` : ''}`;
  const owner = 'Whoever put the finalizers there takes them off when its work is done; see whether it still runs';
  const next = [...(finalizers.length > 0 ? [owner] : []), ...held.next];
  return new Problem(`${name} is still there after ${formatDuration(ms)}`, {
    evidence: [
      ...(finalizers.length > 0 ? [`waits for its finalizers: ${finalizers.join(', ')}`] : []),
      ...held.evidence,
    ],
    next: next.length > 0 ? [...new Set(next)] : [describe],
  });
}
