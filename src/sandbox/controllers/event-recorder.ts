import { timestamp } from '../../kubernetes/condition.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { ApiClient } from '../client.ts';
import { collectionPath, objectPath } from './resource-paths.ts';

export type RecordEvent = (
  about: KubernetesObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  /** What was being done: makes the event one of the newer form, `events.k8s.io`, as the scheduler writes it. */
  action?: string,
) => void;

interface Written {
  namespace: string;
  name: string;
  count: number;
}

const remembered = 2000;

/**
 * Writes events as the real controllers do (client-go's `tools/record`): the same again raises `count` and `lastTimestamp` of
 * the first. They are notes: one that cannot be written is dropped.
 */
export function createEventRecorder(client: ApiClient, component: string): RecordEvent {
  const written = new Map<string, Written>();
  let last = Promise.resolve();
  return (about, type, reason, message, action) => {
    const key = [about.metadata.uid, about.metadata.name, type, reason, message].join('\n');
    const write = async () => {
      const now = timestamp(Date.now());
      const known = written.get(key);
      if (known) {
        known.count += 1;
        const path = objectPath('events', known);
        const series = { count: known.count, lastObservedTime: microTime() };
        try {
          await client.patch(path, action ? { series } : { count: known.count, lastTimestamp: now }, 'merge');
          return;
        } catch {
          written.delete(key);
        }
      }
      const event = eventOf(about, { type, reason, message, component, now, action });
      await client.create(collectionPath('events', event.metadata.namespace), event);
      written.set(key, { ...event.metadata, count: 1 });
      for (const oldest of written.keys()) {
        if (written.size <= remembered) break;
        written.delete(oldest);
      }
    };
    // One after the other, so that the count of a repeated one is right.
    last = last.then(write).catch(() => {});
  };
}

interface Note {
  type: string;
  reason: string;
  message: string;
  component: string;
  now: string;
  action?: string | undefined;
}

let sequence = 0;

function eventOf(about: KubernetesObject, { type, reason, message, component, now, action }: Note) {
  const { name, namespace = 'default', uid, resourceVersion } = about.metadata;
  sequence = (sequence + 1) % 0x1000;
  const suffix = (BigInt(Date.now()) * 1_000_000n + BigInt(sequence)).toString(16);
  const { apiVersion, kind } = about;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${suffix}`, namespace },
    involvedObject: { apiVersion, kind, name, namespace: about.metadata.namespace, uid, resourceVersion },
    type,
    reason,
    message,
    reportingComponent: component,
    ...(action
      ? {
          action,
          source: {},
          reportingInstance: component,
          firstTimestamp: null,
          lastTimestamp: null,
          eventTime: microTime(),
        }
      : {
          source: { component },
          reportingInstance: '',
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
          eventTime: null,
        }),
  };
}

/** The API's finer time format: microseconds, UTC. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
