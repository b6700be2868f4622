import type { KubernetesObject } from './object.ts';

/** What an event says, whichever of its two APIs wrote it. Text is raw. */
export interface EventFacts {
  warning: boolean;
  reason: string;
  message: string;
  kind: string;
  name: string;
  uid: string | undefined;
  /** The container that it is about, where it is about one. */
  container: string | undefined;
  /** Of the newest occurrence, milliseconds since 1970; 0 where it is not known. */
  at: number;
}

/** Reads `v1` and `events.k8s.io/v1` alike. */
function readEvent(event: KubernetesObject): EventFacts {
  const about = (event.involvedObject ?? event.regarding ?? {}) as {
    kind?: string;
    name?: string;
    uid?: string;
    fieldPath?: string;
  };
  const series = event.series as { lastObservedTime?: string } | undefined;
  const time = series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata?.creationTimestamp;
  return {
    warning: event.type === 'Warning',
    reason: String(event.reason ?? ''),
    message: String(event.message ?? event.note ?? ''),
    kind: about.kind ?? '',
    name: about.name ?? '',
    uid: about.uid,
    container: /\{(.+)\}$/.exec(about.fieldPath ?? '')?.[1],
    at: Date.parse(String(time ?? '')) || 0,
  };
}

/** Events about one object, oldest first. Those of one that had its name before are left aside. */
export function eventsAbout(
  events: readonly KubernetesObject[],
  { kind, metadata: { name, uid } }: Pick<KubernetesObject, 'kind' | 'metadata'>,
): EventFacts[] {
  return events
    .map(readEvent)
    .filter((event) => event.kind === kind && event.name === name && (!uid || !event.uid || event.uid === uid))
    .sort((a, b) => a.at - b.at);
}
