import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import { pathOf } from '../resources.ts';
import { watchObjects } from '../watch/watch-objects.ts';

/** Events by namespace, each watched from the moment somebody asks for it. */
export interface NamespaceEvents {
  /** What is known now; empty at first, and for who may not read events. */
  of(namespace: string): readonly KubernetesObject[];
}

/** Watches the events of namespaces in which something is waited for: they tell what statuses do not. Ends with the signal. */
export function createNamespaceEvents(
  connection: Connection,
  signal: AbortSignal,
  changed: () => void,
): NamespaceEvents {
  const known = new Map<string, readonly KubernetesObject[]>();
  async function begin(namespace: string): Promise<void> {
    const path = await pathOf(connection, { apiVersion: 'v1', kind: 'Event', namespace });
    watchObjects(connection, {
      path,
      apiVersion: 'v1',
      kind: 'Event',
      signal,
      batchMs: 250,
      onObjects(objects) {
        known.set(namespace, [...objects.values()]);
        changed();
      },
      onState: () => {},
    });
  }
  return {
    of(namespace) {
      const found = known.get(namespace);
      if (found) return found;
      known.set(namespace, []);
      // Without them the causes that only events tell are told by the statuses, later.
      begin(namespace).catch(() => {});
      return [];
    },
  };
}
