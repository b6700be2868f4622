import { createBatcher } from '../../base/batcher.ts';
import { messageOf } from '../../base/errors.ts';
import { createRing } from '../../base/ring.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, type Pod } from '../../kubernetes/pod.ts';
import { backOffMs, pause } from '../back-off.ts';
import type { Connection } from '../connection.ts';
import { type EventLine, toEventLine } from '../events.ts';
import { hasStatus } from '../kubernetes-error.ts';
import { followLog } from '../streams/logs.ts';
import type { FeedState } from '../watch/feed-state.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { createFeedCore, type Feed } from './feed.ts';

export interface PodDetails {
  namespace: string;
  name: string;
  /** Undefined before the first answer, and when the pod is gone. */
  pod: Pod | undefined;
  gone: boolean;
  /** Newest last. */
  events: readonly EventLine[];
  /** Whose log is followed; undefined until the pod is known. */
  container: string | undefined;
  /** The last lines, raw. */
  log: readonly string[];
  /** Why there is no log, where there is none. */
  logNote: string | undefined;
  state: FeedState;
}

const logCapacity = 500;

/** One pod in full, its events and its log, live; asked for only while somebody looks at it. */
export function createPodDetailsFeed(
  connection: Connection,
  options: { namespace: string; name: string; container?: string; batchMs?: number },
): Feed<PodDetails> {
  const { namespace, name } = options;
  const core = createFeedCore<PodDetails>({
    namespace,
    name,
    pod: undefined,
    gone: false,
    events: [],
    container: options.container,
    log: [],
    logNote: undefined,
    state: { kind: 'connecting' },
  });
  const { publish } = core;
  const place = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const shared = { signal: core.signal, batchMs: options.batchMs ?? 250, apiVersion: 'v1' };
  let following = false;
  watchObjects(connection, {
    ...shared,
    path: `${place}/pods`,
    kind: 'Pod',
    fieldSelector: `metadata.name=${name}`,
    onObjects(objects) {
      const [object] = objects.values();
      if (!object) return publish({ pod: undefined, gone: true });
      const pod = asPod(object);
      const container = core.getSnapshot().container ?? chooseContainer(pod);
      publish({ pod, gone: false, container });
      if (following || container === undefined) return;
      following = true;
      void followFor(connection, { namespace, pod: name, container }, core.signal, publish, shared.batchMs);
    },
    onState: (state) => publish({ state }),
  });
  watchObjects(connection, {
    ...shared,
    path: `${place}/events`,
    kind: 'Event',
    fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${name}`,
    onObjects: (objects) => publish({ events: sorted(objects) }),
    onState: () => {},
  });
  return core;
}

function sorted(objects: ReadonlyMap<string, KubernetesObject>): EventLine[] {
  return [...objects.values()]
    .map(toEventLine)
    .sort((a, b) => a.at - b.at)
    .slice(-50);
}

/** The first container that is not ready, because that is where the trouble is; else the first. */
function chooseContainer(pod: Pod): string | undefined {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const troubled = statuses.find((status) => !status.ready && !status.state?.terminated);
  return troubled?.name ?? pod.spec.containers[0]?.name;
}

async function followFor(
  connection: Connection,
  target: { namespace: string; pod: string; container: string },
  signal: AbortSignal,
  publish: (change: Partial<PodDetails>) => void,
  batchMs: number,
): Promise<void> {
  const ring = createRing<string>(logCapacity);
  const batcher = createBatcher<string>(batchMs, (lines) => {
    for (const line of lines) ring.push(line);
    publish({ log: ring.items(), logNote: undefined });
  });
  let last = '';
  for (let failures = 1; !signal.aborted; failures += 1) {
    const drawnUpTo = last;
    try {
      for await (const line of followLog(connection, { ...target, tailLines: 200, timestamps: true, signal })) {
        failures = 0;
        const [, time = '', text = line] = /^(\d{4}-\d\d-\d\dT\S+Z) ?(.*)$/s.exec(line) ?? [];
        // After a stream was cut the tail is sent again; what was drawn already is not drawn twice.
        if (time !== '' && time <= drawnUpTo) continue;
        last = time === '' ? last : time;
        batcher.push(text);
      }
    } catch (error) {
      const starting = hasStatus(error, 400);
      publish({ logNote: starting ? 'no log yet: the container has not started' : messageOf(error) });
    }
    batcher.flush();
    if (!(await pause(backOffMs(Math.max(2, failures)), signal))) break;
  }
  batcher.close();
}
