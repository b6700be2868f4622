import { conditionOf } from './condition.ts';
import { containerFailure, howItEnded } from './container-failure.ts';
import { type EventFacts, eventsAbout } from './event.ts';
import { type Failure, inNamespace } from './failure.ts';
import type { KubernetesObject } from './object.ts';
import { asPod, isPodReady, type Pod } from './pod.ts';
import { probeFailure } from './probe-failure.ts';

/** What keeps a pod from ever becoming ready, as far as its status and the events about it tell; undefined when nothing does. */
export function podFailure(object: KubernetesObject, events: readonly KubernetesObject[] = []): Failure | undefined {
  const pod = asPod(object);
  if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Succeeded' || isPodReady(pod))
    return undefined;
  if (pod.status?.phase === 'Failed') return failedPod(pod);
  const mine = eventsAbout(events, pod);
  // A container that the kubelet stops for its probe ends like any other; the probe is the cause.
  const probe = probeFailure(pod, mine);
  if (probe && probe.patience !== undefined && probe.patience < 10) return probe;
  for (const status of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const failure = containerFailure(status, pod, mine);
    if (failure) return { ...failure, container: status.name };
  }
  return unschedulable(pod) ?? notSetUp(pod, mine) ?? probe;
}

function failedPod(pod: Pod): Failure {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const ended = statuses.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  const terminated = ended?.state?.terminated;
  const reason = pod.status?.reason || terminated?.reason || 'Failed';
  const where = inNamespace(pod.metadata);
  const how = terminated ? `container ${ended?.name} ended with ${howItEnded(terminated)}` : 'it ended with an error';
  return {
    reason,
    message: `Pod/${pod.metadata.name}: ${pod.status?.message || how}`,
    next: [`kubectl logs ${pod.metadata.name}${ended ? ` -c ${ended.name}` : ''}${where}`],
  };
}

// A node that is added, or a claim that is being bound, takes its minute.
function unschedulable(pod: Pod): Failure | undefined {
  const scheduled = conditionOf(pod.status?.conditions, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  const where = inNamespace(pod.metadata);
  const claims = /persistentvolumeclaim|PersistentVolumeClaims/.test(scheduled.message ?? '');
  return {
    reason: 'Unschedulable',
    message: `no node takes Pod/${pod.metadata.name}: ${scheduled.message ?? 'the scheduler does not say why'}`,
    patience: 5,
    next: [
      `kubectl describe pod ${pod.metadata.name}${where}`,
      claims ? `kubectl describe pvc${where}` : 'kubectl describe nodes',
    ],
  };
}

const setUpReasons: Record<string, string> = {
  FailedMount: 'a volume cannot be mounted',
  FailedAttachVolume: 'a volume cannot be attached',
  FailedMapVolume: 'a volume cannot be mapped',
  FailedCreatePodSandBox: 'its network cannot be set up',
  NetworkNotReady: 'the node’s network is not ready',
};

/** Volumes and network, before any container is made: only events tell. */
function notSetUp(pod: Pod, events: readonly EventFacts[]): Failure | undefined {
  const statuses = pod.status?.containerStatuses ?? [];
  if (statuses.some(({ state, restartCount }) => state?.running || restartCount > 0)) return undefined;
  const last = events.findLast(({ warning }) => warning);
  const what = last && setUpReasons[last.reason];
  if (!last || !what) return undefined;
  return {
    reason: last.reason,
    message: `Pod/${pod.metadata.name}: ${what}: ${last.message}`,
    patience: 5,
    next: [`kubectl describe pod ${pod.metadata.name}${inNamespace(pod.metadata)}`],
  };
}
