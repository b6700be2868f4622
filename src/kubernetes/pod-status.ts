import { conditionOf, isTrue } from './condition.ts';
import type { KubernetesObject } from './object.ts';
import { asPod, type Container, type ContainerStatus, isSidecar, type Pod } from './pod.ts';

/** The columns READY, STATUS and RESTARTS of `kubectl get pods`. */
export interface PodSummary {
  ready: number;
  total: number;
  /** `Running`, `CrashLoopBackOff`, `Init:0/2`, `Terminating`, … */
  status: string;
  restarts: number;
  /** When a container last ended, as the API wrote it. */
  lastRestart: string | undefined;
}

interface Tally {
  ready: number;
  restarts: number;
  lastRestart: string | undefined;
  reason: string;
}

/** Computes what kubectl prints for a pod (`pkg/printers/internalversion/printers.go printPod`). */
export function summarizePod(object: KubernetesObject): PodSummary {
  const pod = asPod(object);
  const { status } = pod;
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const gated = conditionOf(status?.conditions, 'PodScheduled')?.reason === 'SchedulingGated';
  const start = gated ? 'SchedulingGated' : status?.reason || status?.phase || 'Pending';
  const initial = tallyInitial(pod, sidecars, start);
  const waiting = initial.initializing && !isTrue(status?.conditions, 'Initialized');
  const tally = waiting ? initial : tallyContainers(pod, { ...initial.sidecars, reason: initial.reason });
  return {
    ready: tally.ready,
    total: pod.spec.containers.length + sidecars.size,
    status: terminating(pod) ?? tally.reason,
    restarts: tally.restarts,
    lastRestart: tally.lastRestart,
  };
}

function terminating(pod: Pod): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? undefined : 'Terminating';
}

/** The init containers up to the first that is not done. */
function tallyInitial(pod: Pod, sidecarNames: ReadonlySet<string>, start: string) {
  const all: Tally = { ready: 0, restarts: 0, lastRestart: undefined, reason: start };
  // Once the containers run, only the sidecars' restarts count.
  const sidecars = { ready: 0, restarts: 0, lastRestart: undefined as string | undefined };
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [index, container] of statuses.entries()) {
    const sidecar = sidecarNames.has(container.name);
    countRestarts(all, container);
    if (sidecar) countRestarts(sidecars, container);
    if (container.state?.terminated?.exitCode === 0) continue;
    if (sidecar && container.started === true) {
      if (container.ready) {
        all.ready += 1;
        sidecars.ready += 1;
      }
      continue;
    }
    all.reason = initReason(container, index, pod.spec.initContainers ?? []);
    return { ...all, initializing: true, sidecars };
  }
  return { ...all, initializing: false, sidecars };
}

function initReason({ state }: ContainerStatus, index: number, containers: readonly Container[]): string {
  if (state?.terminated) return `Init:${endReason(state.terminated)}`;
  const waiting = state?.waiting?.reason;
  if (waiting && waiting !== 'PodInitializing') return `Init:${waiting}`;
  return `Init:${index}/${containers.length}`;
}

function endReason({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function countRestarts(into: { restarts: number; lastRestart: string | undefined }, container: ContainerStatus): void {
  into.restarts += container.restartCount;
  const finished = container.lastState?.terminated?.finishedAt;
  if (finished && (into.lastRestart === undefined || finished > into.lastRestart)) into.lastRestart = finished;
}

function tallyContainers(pod: Pod, start: Tally): Tally {
  const tally = { ...start };
  let running = false;
  let failure = '';
  // From the last to the first: the first container's reason is what is shown.
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    countRestarts(tally, container);
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason) tally.reason = waiting.reason;
    else if (terminated) {
      tally.reason = endReason(terminated);
      if (terminated.exitCode !== 0) failure = tally.reason;
    } else if (container.ready && container.state?.running) {
      running = true;
      tally.ready += 1;
    }
  }
  if (tally.reason === 'Completed') {
    if (running && isTrue(pod.status?.conditions, 'Ready')) tally.reason = 'Running';
    else if (failure) tally.reason = failure;
    else if (running) tally.reason = 'NotReady';
  }
  return tally;
}
