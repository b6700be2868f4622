import { conditionOf } from './condition.ts';
import { type EventFacts, eventsAbout } from './event.ts';
import type { KubernetesObject } from './object.ts';
import { asPod, isPodReady, type Pod } from './pod.ts';
import { podFailure } from './pod-failure.ts';
import { failedProbe } from './probe-failure.ts';

/** What a pod that is not ready is doing now, in a few words: `pulling the image postgres:16`. Undefined for one that is ready. */
export function podWaiting(object: KubernetesObject, events: readonly KubernetesObject[] = []): string | undefined {
  const pod = asPod(object);
  if (pod.metadata.deletionTimestamp !== undefined) return 'the pod before it is still ending';
  if (isPodReady(pod) || pod.status?.phase === 'Succeeded') return undefined;
  const mine = eventsAbout(events, pod);
  return placing(pod, events) ?? initial(pod, mine) ?? containers(pod, mine);
}

function placing(pod: Pod, events: readonly KubernetesObject[]): string | undefined {
  if (pod.spec.nodeName) return undefined;
  const scheduled = conditionOf(pod.status?.conditions, 'PodScheduled');
  if (scheduled?.reason === 'SchedulingGated') return 'held by its scheduling gates';
  const failure = podFailure(pod, events);
  if (failure) return failure.message.replace(/^no node takes Pod\/\S+: /, 'no node takes it: ');
  return 'waiting for a node';
}

function initial(pod: Pod, events: readonly EventFacts[]): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  const at = statuses.findIndex(({ state, started }) => state?.terminated?.exitCode !== 0 && started !== true);
  const status = statuses[at];
  if (!status || conditionOf(pod.status?.conditions, 'Initialized')?.status === 'True') return undefined;
  if (status.state?.running) return `init container ${status.name} runs (${at + 1} of ${statuses.length})`;
  return beingMade(pod, events, status.state?.waiting?.reason);
}

function containers(pod: Pod, events: readonly EventFacts[]): string {
  const status = pod.status?.containerStatuses?.find(({ ready }) => !ready);
  if (!status) return 'starting';
  const { waiting, running, terminated } = status.state ?? {};
  if (running) {
    const probe = failedProbe(events, status.name);
    if (probe) return `running, and its ${probe.kind} probe fails: ${probe.answer}`;
    return status.started === false ? 'running, and its startup probe is awaited' : 'running, not ready yet';
  }
  if (terminated) return `container ${status.name} ended with exit code ${terminated.exitCode}`;
  return beingMade(pod, events, waiting?.reason);
}

/** The kubelet's newest event tells a pull from what else takes its time. */
function beingMade(pod: Pod, events: readonly EventFacts[], reason: string | undefined): string {
  if (reason !== undefined && reason !== 'ContainerCreating' && reason !== 'PodInitializing') return reason;
  const last = events.at(-1);
  if (last?.reason === 'Pulling') {
    const image = /"([^"]+)"/.exec(last.message)?.[1];
    return image ? `pulling the image ${image}` : 'pulling its image';
  }
  if (last?.warning) return last.message;
  return pod.spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim)
    ? 'its volumes and containers are being made'
    : 'its containers are being made';
}
