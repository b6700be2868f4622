import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod } from '../../kubernetes/pod.ts';
import { pause } from '../back-off.ts';
import type { Connection } from '../connection.ts';
import { pathOf } from '../resources.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { followLog } from './logs.ts';

/** A line of a container's log; raw text. */
export interface PodLine {
  pod: string;
  container: string;
  line: string;
}

export interface FollowQuery {
  namespace: string;
  /** Of the pods; one pod alone by its name. */
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Only of this container. */
  container?: string | undefined;
  /** Lines of before, of each container. */
  tailLines: number;
  sinceSeconds?: number | undefined;
}

/**
 * Follows the logs of all pods that are selected, also of those that come later and of containers that are started anew, until
 * the signal ends it. Returns at once; never throws.
 */
export async function followPods(
  connection: Connection,
  query: FollowQuery,
  signal: AbortSignal,
  onLine: (line: PodLine) => void,
): Promise<void> {
  const { namespace, labelSelector, fieldSelector } = query;
  const followed = new Set<string>();
  watchObjects(connection, {
    path: await pathOf(connection, { apiVersion: 'v1', kind: 'Pod', namespace }),
    apiVersion: 'v1',
    kind: 'Pod',
    labelSelector,
    fieldSelector,
    signal,
    fresh: true,
    batchMs: 100,
    onObjects(pods) {
      for (const pod of pods.values())
        for (const one of startedContainers(pod, query.container)) {
          if (followed.has(one.key)) continue;
          followed.add(one.key);
          void follow(connection, query, one, signal, onLine);
        }
    },
    onState: () => {},
  });
}

interface Started {
  key: string;
  pod: string;
  container: string;
}

/** Containers that run or have run, each start of one for itself. */
function startedContainers(object: KubernetesObject, wanted: string | undefined): Started[] {
  const pod = asPod(object);
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return statuses
    .filter(({ name, state }) => (wanted === undefined || name === wanted) && (state?.running || state?.terminated))
    .map(({ name, restartCount }) => ({
      key: `${pod.metadata.uid}/${name}/${restartCount}`,
      pod: pod.metadata.name,
      container: name,
    }));
}

async function follow(
  connection: Connection,
  { namespace, tailLines, sinceSeconds }: FollowQuery,
  { pod, container }: Started,
  signal: AbortSignal,
  onLine: (line: PodLine) => void,
): Promise<void> {
  // A stream that breaks is opened again, from its end: a line may be missed, none comes twice.
  for (let attempt = 0; attempt < 3 && !signal.aborted; attempt += 1) {
    try {
      const lines = followLog(connection, {
        namespace,
        pod,
        container,
        tailLines: attempt === 0 ? tailLines : 0,
        sinceSeconds,
        signal,
      });
      for await (const line of lines) onLine({ pod, container, line });
      return;
    } catch {
      if (!(await pause(500 * 2 ** attempt, signal))) return;
    }
  }
}
