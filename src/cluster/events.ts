import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';

/** An event in the words that are drawn; text is raw. */
export interface EventLine {
  /** Of the newest occurrence, milliseconds since 1970. */
  at: number;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  count: number;
  /** `Pod/tars-backend-7d9f`. */
  object: string;
}

/** Events of one object, or of a whole namespace where it is left out; newest last. */
export async function listEvents(
  connection: Connection,
  query: {
    namespace: string;
    object?: { kind: string; name: string; uid?: string | undefined };
    limit?: number;
    signal?: AbortSignal | undefined;
  },
): Promise<EventLine[]> {
  const { namespace, object, signal } = query;
  const fields = object ? [`involvedObject.kind=${object.kind}`, `involvedObject.name=${object.name}`] : [];
  if (object?.uid) fields.push(`involvedObject.uid=${object.uid}`);
  const { body } = await connection.request<{ items?: KubernetesObject[] }>({
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    query: { fieldSelector: fields.length > 0 ? fields.join(',') : undefined, limit: query.limit ?? 500 },
    signal,
  });
  return (body.items ?? []).map(toEventLine).sort((a, b) => a.at - b.at);
}

/** Both ways in which events are counted: `count` and `lastTimestamp`, or `series` (events.k8s.io/v1). */
export function toEventLine(event: KubernetesObject): EventLine {
  const series = event.series as { count?: number; lastObservedTime?: string } | undefined;
  const involved = (event.involvedObject ?? event.regarding ?? {}) as { kind?: string; name?: string };
  const time =
    series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
  return {
    at: Date.parse(String(time)) || 0,
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: String(event.reason ?? ''),
    message: String(event.message ?? event.note ?? ''),
    count: series?.count ?? (typeof event.count === 'number' && event.count > 0 ? event.count : 1),
    object: `${involved.kind ?? '?'}/${involved.name ?? '?'}`,
  };
}
