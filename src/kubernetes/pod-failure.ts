import { conditionOf } from './condition.ts';
import type { KubernetesObject } from './object.ts';
import { asPod, type ContainerStatus, type Pod } from './pod.ts';

/** Why waiting longer is unlikely to help: a reason as Kubernetes names it, and a sentence with the evidence. */
export interface Failure {
  reason: string;
  message: string;
}

export interface Readiness {
  ready: boolean;
  /** Set when waiting longer is unlikely to help. */
  failed?: Failure;
  /** How far it is, in a few words: `2 of 3 available`. */
  message: string;
}

const waitingReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** What keeps a pod from ever becoming ready, as far as its status tells; undefined when nothing does. */
export function podFailure(object: KubernetesObject): Failure | undefined {
  const pod = asPod(object);
  if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Succeeded') return undefined;
  const name = `Pod/${pod.metadata.name}`;
  if (pod.status?.phase === 'Failed') return failedPod(pod, name);
  for (const status of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const failure = containerFailure(status, name);
    if (failure) return failure;
  }
  const scheduled = conditionOf(pod.status?.conditions, 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
    return { reason: 'Unschedulable', message: `${name}: ${scheduled.message ?? 'no node takes it'}` };
  return undefined;
}

function failedPod(pod: Pod, name: string): Failure {
  const ended = pod.status?.containerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  const reason = pod.status?.reason || ended?.state?.terminated?.reason || 'Failed';
  return { reason, message: `${name}: ${pod.status?.message || endOf(ended) || 'it ended with an error'}` };
}

function containerFailure(status: ContainerStatus, name: string): Failure | undefined {
  const waiting = status.state?.waiting;
  const ended = status.lastState?.terminated ?? status.state?.terminated;
  if (!status.ready && ended?.reason === 'OOMKilled')
    return { reason: 'OOMKilled', message: `${name}: container ${status.name} needed more memory than its limit` };
  if (!waiting?.reason || !waitingReasons.has(waiting.reason)) return undefined;
  const evidence = waiting.reason === 'CrashLoopBackOff' ? endOf(status) : waiting.message;
  const message = `${name}: container ${status.name}: ${evidence ?? waiting.reason}`;
  return { reason: waiting.reason, message };
}

function endOf(status: ContainerStatus | undefined): string | undefined {
  const ended = status?.lastState?.terminated ?? status?.state?.terminated;
  if (!ended) return status?.state?.waiting?.message;
  const times = status && status.restartCount > 0 ? `, restarted ${status.restartCount} times` : '';
  const said = ended.message ? `: ${ended.message}` : '';
  return `it ended with exit code ${ended.exitCode} (${ended.reason ?? 'no reason'})${times}${said}`;
}
