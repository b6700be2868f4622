import type { EventFacts } from './event.ts';
import { type Failure, inNamespace } from './failure.ts';
import type { ContainerStatus, Pod } from './pod.ts';

// Everything that a kubelet waits with after an error (pkg/kubelet/images/types.go, pkg/kubelet/container/sync_result.go).
const imageReasons =
  /^(ErrImage.*|ImagePullBackOff|InvalidImageName|ImageInspectError|RegistryUnavailable|SignatureValidationFailed)$/;
const troubled = /(BackOff|Error)$/;

/** What keeps one container from running: its image, its configuration, its memory, or its own ending again and again. */
export function containerFailure(
  status: ContainerStatus,
  pod: Pod,
  events: readonly EventFacts[],
): Failure | undefined {
  const waiting = status.state?.waiting;
  const reason = waiting?.reason ?? '';
  if (isOutOfMemory(status)) return outOfMemory(status, pod);
  if (imageReasons.test(reason)) return imageFailure(reason, waiting?.message, status, pod, events);
  if (!troubled.test(reason)) return undefined;
  if (reason === 'CrashLoopBackOff') return crashLoop(status, pod);
  return {
    reason,
    message: `container ${status.name} cannot be started: ${waiting?.message || reason}`,
    next: [
      `kubectl describe pod ${pod.metadata.name}${inNamespace(pod.metadata)}`,
      ...missingObject(waiting?.message, pod),
    ],
  };
}

/** One that runs again may still come up; one that did it twice will do it again. */
function isOutOfMemory({ ready, state, lastState, restartCount }: ContainerStatus): boolean {
  const ended = state?.terminated ?? lastState?.terminated;
  if (ready || ended?.reason !== 'OOMKilled') return false;
  return !state?.running || restartCount > 1;
}

function outOfMemory({ name, restartCount }: ContainerStatus, pod: Pod): Failure {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const limit = all.find((container) => container.name === name)?.resources?.limits?.memory;
  const most = limit === undefined ? 'there was' : `its limit of ${limit}`;
  const times = restartCount > 0 ? `, restarted ${timesOf(restartCount)}` : '';
  return {
    reason: 'OOMKilled',
    attempt: restartCount,
    message: `container ${name} needed more memory than ${most} and was killed${times}`,
    next: [
      `Raise \`resources.limits.memory\` of the container ${name}, or let it need less`,
      `kubectl logs ${pod.metadata.name} -c ${name}${inNamespace(pod.metadata)} --previous`,
    ],
  };
}

function imageFailure(
  reason: string,
  said: string | undefined,
  status: ContainerStatus,
  pod: Pod,
  events: readonly EventFacts[],
): Failure {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const image = all.find(({ name }) => name === status.name)?.image ?? status.image ?? '?';
  // The back-off alone does not say what the registry answered; the event of the pull before it does.
  const pull = events.findLast(({ message }) => message.startsWith('Failed to pull image'));
  const answer = registryAnswer(said) ?? registryAnswer(pull?.message) ?? said ?? reason;
  return {
    reason,
    message: `the image ${image} of container ${status.name} cannot be pulled: ${answer}`,
    next: [
      'See whether the image’s name and tag are right, and whether the cluster may pull it (`imagePullSecrets`)',
      `kubectl describe pod ${pod.metadata.name}${inNamespace(pod.metadata)}`,
    ],
  };
}

/** What stands behind the texts that a kubelet puts around a registry's answer. */
function registryAnswer(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bare = text
    .replace(/^Back-off pulling image "[^"]*"(: )?/, '')
    .replace(/^ErrImagePull(: )?/, '')
    .replace(/^Failed to pull image "[^"]*"(: )?/, '');
  return bare.trim() === '' ? undefined : bare;
}

function crashLoop(status: ContainerStatus, pod: Pod): Failure {
  const ended = status.lastState?.terminated;
  const how = ended ? howItEnded(ended) : (status.state?.waiting?.message ?? 'it does not say why');
  return {
    reason: 'CrashLoopBackOff',
    attempt: status.restartCount,
    message: `container ${status.name} ends again and again: ${how}, restarted ${timesOf(status.restartCount)}`,
    next: [`kubectl logs ${pod.metadata.name} -c ${status.name}${inNamespace(pod.metadata)} --previous`],
  };
}

/** `exit code 1 (Error): what it wrote as its last message`. */
export function howItEnded(ended: { exitCode: number; reason?: string; message?: string }): string {
  const reason = ended.reason ? ` (${ended.reason})` : '';
  return `exit code ${ended.exitCode}${reason}${ended.message ? `: ${ended.message.trim()}` : ''}`;
}

function timesOf(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

// The kubelet's texts: `secret "x" not found`, `couldn't find key k in Secret ns/x`, and the same of ConfigMaps.
function missingObject(text: string | undefined, pod: Pod): string[] {
  const found =
    /(secret|configmap) "([^"]+)" not found/i.exec(text ?? '') ??
    /in (Secret|ConfigMap) (?:[^/\s]+\/)?(\S+)/.exec(text ?? '');
  return found ? [`kubectl get ${found[1]?.toLowerCase()} ${found[2]}${inNamespace(pod.metadata)}`] : [];
}
