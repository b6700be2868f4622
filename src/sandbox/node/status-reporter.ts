import { type ApiClient, answered } from '../client.ts';
import { pause } from '../informer.ts';
import { type Pod, type PodCondition, podPath } from './pod.ts';
import { buildPodStatus, type PodFacts } from './pod-status.ts';

/** Keeps a pod's status on the API server as it is here: one request at a time, the newest state wins. */
export interface StatusReporter {
  changed(): void;
  /** Resolves when the newest state is reported, or cannot be. */
  flush(): Promise<void>;
  path(): string;
  close(): void;
}

export function createStatusReporter(
  client: ApiClient,
  source: { pod: () => Pod; facts: () => PodFacts },
): StatusReporter {
  let dirty = false;
  let closed = false;
  let working: Promise<void> | undefined;
  let sent = '';
  let status: Pod['status'] | undefined;

  const send = async () => {
    const pod = source.pod();
    // Our own last report is newer than what the watch has brought.
    const next = buildPodStatus(status ? { ...pod, status } : pod, source.facts());
    const text = JSON.stringify(next);
    if (text === sent) return;
    try {
      // The UID makes sure that it is not another pod of the same name.
      const patch = { metadata: { uid: pod.metadata.uid }, status: { ...next, ...orderOf(next) } };
      await client.patch(`${podPath(pod)}/status`, patch, 'strategic');
      sent = text;
      status = next;
    } catch (error) {
      if (answered(error, 404) || answered(error, 409)) return;
      if (!closed) await pause(1000);
      dirty = true;
    }
  };
  const work = async () => {
    while (dirty && !closed) {
      dirty = false;
      await send();
    }
    working = undefined;
  };
  return {
    changed() {
      dirty = true;
      // What happens in one go is reported in one go.
      working ??= Promise.resolve().then(work);
    },
    async flush() {
      await working;
    },
    path: () => podPath(source.pod()),
    close() {
      closed = true;
    },
  };
}

/** Conditions that others wrote before are put behind, as patches of the kubelet do it. */
function orderOf({ conditions }: Record<string, unknown>) {
  return { '$setElementOrder/conditions': (conditions as PodCondition[]).map(({ type }) => ({ type })) };
}
