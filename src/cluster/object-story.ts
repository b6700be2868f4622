import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Symbols } from '../ui/theme.ts';
import type { Connection } from './connection.ts';
import { describeObject } from './details-lines.ts';
import { toEventLine } from './events.ts';
import { type ObjectRef, pathOf } from './resources.ts';
import type { ToneLine } from './tone-line.ts';
import { watchObjects } from './watch-objects.ts';

/**
 * Tells an object's story, of any kind: its state, conditions and events, sent whole whenever something changes, until the
 * signal. Resolves when it is being watched; throws `Problem` for a kind that the cluster does not have.
 */
export async function followObject(
  connection: Connection,
  ref: ObjectRef,
  options: { signal: AbortSignal; symbols: Symbols; receive(lines: ToneLine[]): void },
): Promise<void> {
  const { signal, symbols, receive } = options;
  const { apiVersion, kind, name } = ref;
  const namespace = ref.namespace ?? connection.info.namespace;
  let object: KubernetesObject | undefined;
  let asked = false;
  let events: readonly KubernetesObject[] = [];
  let note: ToneLine | undefined;
  const tell = () => {
    if (signal.aborted) return;
    const now = Date.now();
    const sorted = events.map(toEventLine).sort((a, b) => a.at - b.at);
    const story = object
      ? describeObject(object, sorted, now, symbols)
      : [{ text: asked ? `${kind}/${name} does not exist` : 'asking the cluster', tone: 'dim' as const }];
    receive(note ? [note, ...story] : story);
  };
  const shared = { signal, batchMs: 250 };
  watchObjects(connection, {
    ...shared,
    path: await pathOf(connection, { apiVersion, kind, namespace }),
    apiVersion,
    kind,
    fieldSelector: `metadata.name=${name}`,
    onObjects(objects) {
      asked = true;
      object = [...objects.values()].find(({ metadata }) => metadata.name === name);
      tell();
    },
    onState(state) {
      const said = state.kind === 'stale' || state.kind === 'denied' ? state.reason : undefined;
      note = said === undefined ? undefined : { text: `${symbols.warn} ${said}`, tone: 'warn' };
      tell();
    },
  });
  watchObjects(connection, {
    ...shared,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    apiVersion: 'v1',
    kind: 'Event',
    fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}`,
    onObjects(objects) {
      events = [...objects.values()];
      if (asked) tell();
    },
    onState: () => {},
  });
}
