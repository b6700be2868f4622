import { formatDuration } from '../../base/duration.ts';
import { Problem } from '../../base/errors.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { heldNamespace } from '../../kubernetes/readiness-cluster.ts';
import type { Connection } from '../connection.ts';
import { hasStatus } from '../kubernetes-error.ts';
import { type ObjectRef, pathOf } from '../resources.ts';
import { whileWatching } from '../watch/waker.ts';
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
  const left = new Set<Waited>();
  const started = Date.now();
  await whileWatching(options.signal, async ({ stop, waker }) => {
    for (const ref of refs) {
      const path = await pathOf(connection, { apiVersion: ref.apiVersion, kind: ref.kind, namespace: ref.namespace });
      const one: Waited = { ref, path, object: undefined, isWatched: true };
      left.add(one);
      watchObjects(connection, {
        path,
        apiVersion: ref.apiVersion,
        kind: ref.kind,
        fieldSelector: `metadata.name=${ref.name}`,
        signal: stop,
        fresh: true,
        batchMs: 100,
        onObjects(objects) {
          see(
            one,
            [...objects.values()].find(({ metadata }) => metadata.name === ref.name),
            left,
          );
          waker.wake();
        },
        onState(state) {
          one.isWatched = state.kind === 'live' || state.kind === 'connecting';
        },
      });
    }
    let said = -1;
    for (;;) {
      options.signal?.throwIfAborted();
      const [first] = left;
      if (!first) return;
      if (left.size !== said)
        options.onProgress?.(describe(first.ref, refs.length, left.size), 1 - left.size / refs.length);
      said = left.size;
      const remaining = options.timeoutMs === undefined ? 1000 : options.timeoutMs - (Date.now() - started);
      if (remaining <= 0) throw stillThere(first.ref, first.object, options.timeoutMs ?? 0);
      await waker.sleep(Math.min(1000, remaining));
      for (const one of left) if (!one.isWatched) await lookAt(one, left, connection, options.signal);
    }
  });
}

interface Waited {
  ref: ObjectRef & { uid?: string | undefined };
  /** Of its kind's list. */
  path: string;
  object: KubernetesObject | undefined;
  /** False while nothing is heard of it: one may not watch it, or its kind is gone. */
  isWatched: boolean;
}

function see(one: Waited, object: KubernetesObject | undefined, left: Set<Waited>): void {
  const { uid } = one.ref;
  const isAnother = object && uid !== undefined && object.metadata.uid !== uid;
  one.object = object;
  if (object && !isAnother) left.add(one);
  else left.delete(one);
}

/** With its kind an object is gone as well, and of that no watch tells; who may not watch may still read it by its name. */
async function lookAt(
  one: Waited,
  left: Set<Waited>,
  connection: Connection,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const path = `${one.path}/${encodeURIComponent(one.ref.name)}`;
    const { body } = await connection.request<KubernetesObject>({ path, signal });
    see(one, { ...body, kind: one.ref.kind }, left);
  } catch (error) {
    if (hasStatus(error, 404)) see(one, undefined, left);
    else if (signal?.aborted) throw error;
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
