import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type ApiClient, answered } from '../client.ts';
import { timestamp } from './pod.ts';

export interface EventRecorder {
  /** `fieldPath` like `spec.containers{backend}`. Repeated ones are counted up. Never throws. */
  report(
    object: KubernetesObject,
    level: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
}

/** Writes Events as the kubelet of `node` does; the same message about the same object becomes one Event with a count. */
export function createEventRecorder(client: ApiClient, node: string): EventRecorder {
  const known = new Map<string, { path: string; count: number }>();
  const writing = new Map<string | undefined, Promise<void>>();
  let sequence = 0;

  const write = async (key: string, event: KubernetesObject & { lastTimestamp: string }) => {
    const before = known.get(key);
    const base = `/api/v1/namespaces/${event.metadata.namespace}/events`;
    if (before) {
      before.count += 1;
      const again = { count: before.count, lastTimestamp: event.lastTimestamp };
      try {
        await client.patch(before.path, again, 'merge');
        return;
      } catch (error) {
        if (!answered(error, 404)) return;
      }
    }
    if (known.size > 2000) known.clear();
    known.set(key, { path: `${base}/${event.metadata.name}`, count: 1 });
    await client.create(base, event);
  };

  return {
    report(object, type, reason, message, fieldPath) {
      const { name, namespace = 'default', uid, resourceVersion } = object.metadata;
      const now = timestamp(Date.now());
      sequence += 1;
      const unique = `${Date.now().toString(16)}${sequence.toString(16).padStart(4, '0')}`;
      const event = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${unique}`, namespace },
        involvedObject: {
          apiVersion: object.apiVersion || 'v1',
          kind: object.kind || 'Pod',
          name,
          namespace: object.metadata.namespace,
          uid,
          resourceVersion,
          ...(fieldPath ? { fieldPath } : {}),
        },
        type,
        reason,
        message,
        count: 1,
        firstTimestamp: now,
        lastTimestamp: now,
        source: { component: 'kubelet', host: node },
        reportingComponent: 'kubelet',
        reportingInstance: node,
      };
      const key = [uid, type, reason, message, fieldPath].join('\u0000');
      // Those of one object one after the other, so that they are listed in their order; an Event that is lost matters little.
      const before = writing.get(uid) ?? Promise.resolve();
      const written = before.then(() => write(key, event)).catch(() => {});
      writing.set(uid, written);
      void written.then(() => writing.get(uid) === written && writing.delete(uid));
    },
  };
}
