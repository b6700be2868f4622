import { parseImage } from '../workloads/registry.ts';
import { type ContainerSpec, containersOf, type Pod, type PodCondition, timestamp } from './pod.ts';
import {
  type ContainerPhase,
  type ContainerRecord,
  deadlineFault,
  openInits,
  type PodState,
  phaseOf,
} from './pod-state.ts';

export interface PodFacts {
  state: PodState;
  podIP: string | undefined;
  hostIP: string;
  startedAt: number;
  now: number;
  imageIds: ReadonlyMap<string, string>;
}

/**
 * The status that the kubelet reports, without the conditions of others. By `generateAPIPodStatus` in
 * `pkg/kubelet/kubelet_pods.go` and `pkg/kubelet/status/generate.go`.
 */
export function buildPodStatus(pod: Pod, facts: PodFacts): Record<string, unknown> {
  const { state } = facts;
  const phase = phaseOf(state);
  const statuses = (...kinds: ContainerRecord['kind'][]) =>
    state.containers
      .filter(({ kind }) => kinds.includes(kind))
      .map((record) => containerStatus(record, facts, specOf(pod, record.name)));
  const inits = statuses('init', 'sidecar');
  const ephemeral = statuses('ephemeral');
  const { generation } = pod.metadata;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    ...(state.deadlineExceeded && phase === 'Failed' ? deadlineFault : {}),
    conditions: conditionsOf(pod, facts, phase),
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    ...(facts.podIP ? { podIP: facts.podIP, podIPs: [{ ip: facts.podIP }] } : {}),
    startTime: timestamp(facts.startedAt),
    ...(inits.length > 0 ? { initContainerStatuses: inits } : {}),
    containerStatuses: statuses('main'),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
  };
}

function specOf(pod: Pod, name: string): ContainerSpec | undefined {
  return containersOf(pod).find((one) => one.name === name);
}

function containerStatus(
  record: ContainerRecord,
  facts: PodFacts,
  spec: ContainerSpec | undefined,
): Record<string, unknown> {
  const { requests, limits } = spec?.resources ?? {};
  const mounts = spec?.volumeMounts?.map(({ name, mountPath, readOnly }) =>
    readOnly ? { name, mountPath, readOnly, recursiveReadOnly: 'Disabled' } : { name, mountPath },
  );
  const running = record.now.phase === 'running' ? record.now : undefined;
  const done = record.kind === 'init' && record.now.phase === 'terminated' && record.now.exitCode === 0;
  const id = record.now.phase === 'waiting' ? record.last?.id : record.now.id;
  return {
    name: record.name,
    state: stateField(record.now),
    lastState: record.last ? stateField(record.last) : {},
    ready: record.kind === 'init' ? done : record.kind !== 'ephemeral' && (running?.ready ?? false),
    restartCount: record.restarts,
    image: imageName(record.image),
    imageID: facts.imageIds.get(record.image) ?? '',
    ...(id ? { containerID: id } : {}),
    ...(requests ? { allocatedResources: requests } : {}),
    ...(running && (requests || limits) ? { resources: spec?.resources } : {}),
    ...(mounts ? { volumeMounts: mounts } : {}),
    // Nobody probes an ephemeral one.
    ...(record.kind === 'ephemeral'
      ? {}
      : { started: record.kind === 'init' ? running !== undefined : (running?.started ?? false) }),
  };
}

function imageName(image: string): string {
  const { repository, tag } = parseImage(image);
  return `${repository}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`;
}

function stateField(phase: ContainerPhase): Record<string, unknown> {
  switch (phase.phase) {
    case 'waiting':
      return { waiting: { reason: phase.reason, ...(phase.message ? { message: phase.message } : {}) } };
    case 'running':
      return { running: { startedAt: timestamp(phase.startedAt) } };
    case 'terminated':
      return {
        terminated: {
          containerID: phase.id,
          exitCode: phase.exitCode,
          reason: phase.reason,
          ...(phase.message ? { message: phase.message } : {}),
          startedAt: timestamp(phase.startedAt),
          finishedAt: timestamp(phase.finishedAt),
        },
      };
  }
}

function conditionsOf(pod: Pod, facts: PodFacts, phase: string): PodCondition[] {
  const { containers } = facts.state;
  const finished = phase === 'Succeeded' || phase === 'Failed';
  const names = (records: ContainerRecord[]) => records.map((record) => record.name).join(' ');
  const open = openInits(containers);
  const unready = containers.filter(
    (record) => ['main', 'sidecar'].includes(record.kind) && !(record.now.phase === 'running' && record.now.ready),
  );
  const ready = readiness(finished ? phase : '', names(unready));
  const initialized =
    open.length > 0
      ? {
          status: 'False' as const,
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: [${names(open)}]`,
        }
      : { status: 'True' as const, ...(finished && phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) };
  const network = { status: facts.podIP && !finished ? ('True' as const) : ('False' as const) };
  return [
    dated(pod, facts.now, { type: 'PodReadyToStartContainers', ...network }),
    dated(pod, facts.now, { type: 'Initialized', ...initialized }),
    dated(pod, facts.now, { type: 'Ready', ...ready }),
    dated(pod, facts.now, { type: 'ContainersReady', ...ready }),
    dated(pod, facts.now, { type: 'PodScheduled', status: 'True' }),
  ];
}

function readiness(finished: string, unready: string): Pick<PodCondition, 'status' | 'reason' | 'message'> {
  if (finished) return { status: 'False', reason: finished === 'Succeeded' ? 'PodCompleted' : 'PodFailed' };
  if (unready === '') return { status: 'True' };
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready}]` };
}

/** Keeps the time of the last transition while the status stays. A strategic merge needs null to take a text away. */
function dated(pod: Pod, now: number, condition: PodCondition): PodCondition {
  const before = pod.status?.conditions?.find((one) => one.type === condition.type);
  const same = before?.status === condition.status;
  const cleared = {
    ...(before?.reason && !condition.reason ? { reason: null } : {}),
    ...(before?.message && !condition.message ? { message: null } : {}),
  };
  const lastTransitionTime = (same && before?.lastTransitionTime) || timestamp(now);
  const { generation } = pod.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return { ...condition, ...observed, ...(cleared as object), lastProbeTime: null, lastTransitionTime };
}
