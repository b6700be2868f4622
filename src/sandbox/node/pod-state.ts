import type { Backoff } from './backoff.ts';
import { type ContainerSpec, type Pod, podTitle } from './pod.ts';

/** A container's present, as it is reported in `containerStatuses[].state`. */
export type ContainerPhase =
  | { phase: 'waiting'; reason: string; message?: string | undefined }
  | { phase: 'running'; id: string; startedAt: number; started: boolean; ready: boolean }
  | Terminated;

interface Terminated {
  phase: 'terminated';
  id: string;
  exitCode: number;
  reason: string;
  message?: string | undefined;
  startedAt: number;
  finishedAt: number;
}

export interface ContainerRecord {
  name: string;
  image: string;
  /** A sidecar is an init container that stays: the next one begins once it has started. */
  kind: 'init' | 'sidecar' | 'main' | 'ephemeral';
  /** Its first start was asked for. */
  asked: boolean;
  /** Whether probes must succeed before it counts as started and as ready. */
  waitsForStartup: boolean;
  waitsForReadiness: boolean;
  now: ContainerPhase;
  last: Terminated | undefined;
  restarts: number;
  pullBackoff: Backoff | undefined;
  crashBackoff: Backoff | undefined;
  /** The last pull's error, said again while backing off. */
  pullError: string | undefined;
}

export interface PodState {
  /** `name_namespace(uid)`, for messages. */
  title: string;
  restartPolicy: 'Always' | 'OnFailure' | 'Never';
  containers: readonly ContainerRecord[];
  /** Volumes are there and the pod has its address. */
  sandboxReady: boolean;
  terminating: boolean;
  /** It was active for longer than `activeDeadlineSeconds`: it fails, and the object stays. */
  deadlineExceeded: boolean;
}

/** Nothing new is started any more. */
export function isEnding({ terminating, deadlineExceeded }: PodState): boolean {
  return terminating || deadlineExceeded;
}

export type PodEvent =
  | { type: 'sandbox-ready' }
  | { type: 'pulled'; container: string }
  | { type: 'pull-failed'; container: string; message: string; now: number }
  | { type: 'config-error'; container: string; message: string }
  | { type: 'started'; container: string; id: string; now: number }
  | { type: 'startup-passed'; container: string }
  | { type: 'readiness'; container: string; ready: boolean }
  | { type: 'unhealthy'; container: string; probe: 'startup' | 'liveness' }
  | {
      type: 'exited';
      container: string;
      exitCode: number;
      reason: string;
      message?: string | undefined;
      now: number;
    }
  | { type: 'retry'; container: string }
  | { type: 'deadline' }
  | { type: 'added'; spec: ContainerSpec }
  | { type: 'terminate' };

/** What the pod's worker has to do because of a transition. */
export type PodEffect =
  | { type: 'pull'; container: string }
  | { type: 'create'; container: string }
  | { type: 'stop'; container: string }
  | { type: 'retry'; container: string; afterMs: number }
  | { type: 'report'; level: 'Normal' | 'Warning'; reason: string; message: string; container?: string };

/** What `activeDeadlineSeconds` ends (`pkg/kubelet/active_deadline.go`). */
export const deadlineFault = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
} as const;

/** A pod that its node has just heard of. */
export function initialState(pod: Pod): PodState {
  const inits = pod.spec.initContainers ?? [];
  const reason = inits.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const record = (spec: ContainerSpec, kind: ContainerRecord['kind']) => newRecord(spec, kind, reason);
  return {
    title: podTitle(pod),
    restartPolicy: pod.spec.restartPolicy ?? 'Always',
    containers: [
      ...inits.map((spec) => record(spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init')),
      ...pod.spec.containers.map((spec) => record(spec, 'main')),
      ...(pod.spec.ephemeralContainers ?? []).map((spec) => record(spec, 'ephemeral')),
    ],
    sandboxReady: false,
    terminating: false,
    deadlineExceeded: false,
  };
}

/** A container that nobody has asked for yet. */
export function newRecord(
  spec: ContainerSpec,
  kind: ContainerRecord['kind'],
  reason = 'ContainerCreating',
): ContainerRecord {
  return {
    name: spec.name,
    image: spec.image,
    kind,
    asked: false,
    waitsForStartup: kind !== 'init' && spec.startupProbe !== undefined,
    waitsForReadiness: kind !== 'init' && spec.readinessProbe !== undefined,
    now: { phase: 'waiting', reason },
    last: undefined,
    restarts: 0,
    pullBackoff: undefined,
    crashBackoff: undefined,
    pullError: undefined,
  };
}

/** It has ended and stays so. */
export function isSettled(record: ContainerRecord, restartPolicy: PodState['restartPolicy']): boolean {
  if (record.now.phase !== 'terminated' || record.kind === 'sidecar') return false;
  if (restartPolicy === 'Never' || record.kind === 'ephemeral') return true;
  const succeeded = record.now.exitCode === 0;
  return record.kind === 'init' ? succeeded : restartPolicy === 'OnFailure' && succeeded;
}

/** Containers before the main ones that these still wait for, in their order. */
export function openInits(containers: readonly ContainerRecord[]): ContainerRecord[] {
  return containers.filter(({ kind, now, last }) => {
    if (kind === 'init') return now.phase !== 'terminated' || now.exitCode !== 0;
    return kind === 'sidecar' && !last && (now.phase === 'waiting' || (now.phase === 'running' && !now.started));
  });
}

/** What the pod has come to; by `getPhase` in `pkg/kubelet/kubelet_pods.go`. */
export function phaseOf(state: PodState): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const inits = state.containers.filter((record) => record.kind === 'init');
  const mains = state.containers.filter((record) => record.kind === 'main');
  if (state.deadlineExceeded && state.containers.every(({ now }) => now.phase !== 'running')) return 'Failed';
  const failedInit = inits.some((record) => record.now.phase === 'terminated' && record.now.exitCode !== 0);
  if (failedInit && state.restartPolicy === 'Never') return 'Failed';
  if (openInits(state.containers).length > 0) return 'Pending';
  if (mains.some((record) => record.now.phase === 'waiting' && !record.last)) return 'Pending';
  const stopped = mains.filter((record) => record.now.phase === 'terminated');
  if (stopped.length < mains.length || (state.restartPolicy === 'Always' && !isEnding(state))) return 'Running';
  const succeeded = mains.every((record) => record.now.phase === 'terminated' && record.now.exitCode === 0);
  if (succeeded) return 'Succeeded';
  return state.restartPolicy === 'OnFailure' && !isEnding(state) ? 'Running' : 'Failed';
}
