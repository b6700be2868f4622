import { formatDelay, raise } from './backoff.ts';
import type { ContainerSpec } from './pod.ts';
import {
  type ContainerRecord,
  deadlineFault,
  isEnding,
  isSettled,
  newRecord,
  openInits,
  type PodEffect,
  type PodEvent,
  type PodState,
  phaseOf,
} from './pod-state.ts';

export interface Transition {
  state: PodState;
  effects: PodEffect[];
}

/** How soon the kubelet looks again at a container that could not be created (`backOffPeriod`, kubelet.go). */
const configRetryMs = 10_000;

/**
 * The life of a pod on its node: what follows from each thing that happens. Pure; the worker carries the effects out. `unit`
 * is how long a second lasts here, in ms.
 */
export function reducePod(state: PodState, event: PodEvent, unit = 1000): Transition {
  if (event.type === 'sandbox-ready') return advance({ ...state, sandboxReady: true });
  if (event.type === 'terminate') return terminate(state);
  if (event.type === 'deadline') return exceed(state);
  if (event.type === 'added')
    return hasEnded(state) ? { state, effects: [] } : advance(withContainer(state, event.spec));
  const record = state.containers.find((one) => one.name === event.container);
  if (!record) return { state, effects: [] };
  if (isEnding(state) && event.type !== 'exited') return { state, effects: [] };
  switch (event.type) {
    case 'pulled':
      return to(state, { ...record, pullBackoff: undefined, pullError: undefined }, [
        { type: 'create', container: record.name },
      ]);
    case 'pull-failed':
      return pullFailed(state, record, event, unit);
    case 'config-error': {
      const now = { phase: 'waiting', reason: 'CreateContainerConfigError', message: event.message } as const;
      return to(state, { ...record, now }, [
        report(record, 'Warning', 'Failed', `Error: ${event.message}`),
        { type: 'retry', container: record.name, afterMs: configRetryMs },
      ]);
    }
    case 'started': {
      const started = !record.waitsForStartup;
      const ready = started && !record.waitsForReadiness;
      return to(
        state,
        { ...record, now: { phase: 'running', id: event.id, startedAt: event.now, started, ready } },
        [],
      );
    }
    case 'startup-passed':
      if (record.now.phase !== 'running') return { state, effects: [] };
      return advance(
        replace(state, { ...record, now: { ...record.now, started: true, ready: !record.waitsForReadiness } }),
      );
    case 'readiness':
      if (record.now.phase !== 'running' || record.now.ready === event.ready) return { state, effects: [] };
      return to(state, { ...record, now: { ...record.now, ready: event.ready } }, []);
    case 'unhealthy':
      if (record.now.phase !== 'running') return { state, effects: [] };
      return to(state, record, [
        report(record, 'Normal', 'Killing', `Container ${record.name} failed ${event.probe} probe, will be restarted`),
        { type: 'stop', container: record.name },
      ]);
    case 'exited':
      return exited(state, record, event, unit);
    case 'retry':
      return retry(state, record);
  }
}

/** Starts what may start now: init containers one after the other, then all others together; ephemeral ones at once. */
function advance(state: PodState): Transition {
  if (!state.sandboxReady || isEnding(state)) return { state, effects: [] };
  const [waitedFor] = openInits(state.containers);
  const next = state.containers.filter(({ kind }) => kind === 'ephemeral' || (kind === 'main' && !waitedFor));
  const fresh = [waitedFor ?? [], next]
    .flat()
    .filter((record) => !record.asked)
    .map((record) => ({ ...record, asked: true }));
  if (fresh.length === 0) return { state, effects: [] };
  const effects = fresh.map((record): PodEffect => ({ type: 'pull', container: record.name }));
  return { state: fresh.reduce(replace, state), effects };
}

function pullFailed(
  state: PodState,
  record: ContainerRecord,
  event: { message: string; now: number },
  unit: number,
): Transition {
  const pullBackoff = raise(record.pullBackoff, event.now, unit);
  const now = { phase: 'waiting', reason: 'ErrImagePull', message: event.message } as const;
  return to(state, { ...record, now, pullBackoff, pullError: event.message }, [
    report(record, 'Warning', 'Failed', `Failed to pull image "${record.image}": ${event.message}`),
    report(record, 'Warning', 'Failed', 'Error: ErrImagePull'),
    // The next look at the pod finds it in back-off and says so.
    { type: 'retry', container: record.name, afterMs: 1000 },
  ]);
}

function exited(
  state: PodState,
  record: ContainerRecord,
  event: { exitCode: number; reason: string; message?: string | undefined; now: number },
  unit: number,
): Transition {
  if (record.now.phase !== 'running') return { state, effects: [] };
  const ended = {
    phase: 'terminated',
    id: record.now.id,
    exitCode: event.exitCode,
    reason: event.reason,
    message: event.message,
    startedAt: record.now.startedAt,
    finishedAt: event.now,
  } as const;
  const after = replace(state, { ...record, now: ended });
  const settled = isSettled({ ...record, now: ended }, state.restartPolicy);
  if (isEnding(state)) return { state: after, effects: [] };
  if (record.kind !== 'ephemeral' && allDone(after)) return { state: after, effects: stopOthers(after) };
  if (settled) return event.exitCode === 0 ? advance(after) : { state: after, effects: [] };
  return restart(state, record, ended, event.now, unit);
}

/** No main container will run any more. */
function allDone({ containers, restartPolicy }: PodState): boolean {
  return containers.every((record) => record.kind !== 'main' || isSettled(record, restartPolicy));
}

function stopOthers(state: PodState): PodEffect[] {
  const others = state.containers.filter(({ kind, now }) => kind !== 'main' && now.phase === 'running');
  return others.map((record) => ({ type: 'stop', container: record.name }));
}

/** The first time at once, later after the back-off (`doBackOff` in `kuberuntime_manager.go`). */
function restart(
  state: PodState,
  record: ContainerRecord,
  ended: Extract<ContainerRecord['now'], { phase: 'terminated' }>,
  now: number,
  unit: number,
): Transition {
  const waited = record.crashBackoff;
  const quiet = !waited || now - waited.raisedAt > (600_000 * unit) / 1000;
  const crashBackoff = raise(quiet ? undefined : waited, now, unit);
  const next = { ...record, last: ended, restarts: record.restarts + 1, crashBackoff };
  if (quiet) return to(state, { ...next, now: ended }, [{ type: 'pull', container: record.name }]);
  const delayMs = waited.delayMs;
  const message = `back-off ${formatDelay(delayMs)} restarting failed container=${record.name} pod=${state.title}`;
  return to(
    state,
    { ...next, restarts: record.restarts, now: { phase: 'waiting', reason: 'CrashLoopBackOff', message } },
    [
      report(record, 'Warning', 'BackOff', `Back-off restarting failed container ${record.name} in pod ${state.title}`),
      { type: 'retry', container: record.name, afterMs: delayMs },
    ],
  );
}

/** A delay is over. */
function retry(state: PodState, record: ContainerRecord): Transition {
  if (record.now.phase !== 'waiting') return { state, effects: [] };
  const pull: PodEffect = { type: 'pull', container: record.name };
  switch (record.now.reason) {
    case 'ErrImagePull': {
      const detail = record.pullError ? `: ErrImagePull: ${record.pullError}` : '';
      const message = `Back-off pulling image "${record.image}"${detail}`;
      return to(state, { ...record, now: { phase: 'waiting', reason: 'ImagePullBackOff', message } }, [
        report(record, 'Normal', 'BackOff', `Back-off pulling image "${record.image}"`),
        report(record, 'Warning', 'Failed', 'Error: ImagePullBackOff'),
        { type: 'retry', container: record.name, afterMs: record.pullBackoff?.delayMs ?? 0 },
      ]);
    }
    case 'CrashLoopBackOff':
      return to(state, { ...record, restarts: record.restarts + 1 }, [pull]);
    default:
      return { state, effects: [pull] };
  }
}

function terminate(state: PodState): Transition {
  if (state.terminating) return { state, effects: [] };
  const effects = state.deadlineExceeded ? [] : stopAll(state);
  return { state: { ...state, terminating: true }, effects };
}

function hasEnded(state: PodState): boolean {
  return ['Succeeded', 'Failed'].includes(phaseOf(state));
}

function withContainer(state: PodState, spec: ContainerSpec): PodState {
  return { ...state, containers: [...state.containers, newRecord(spec, 'ephemeral')] };
}

function exceed(state: PodState): Transition {
  if (isEnding(state) || hasEnded(state)) return { state, effects: [] };
  const said: PodEffect = { type: 'report', level: 'Normal', ...deadlineFault };
  return { state: { ...state, deadlineExceeded: true }, effects: [said, ...stopAll(state)] };
}

function stopAll({ containers }: PodState): PodEffect[] {
  const running = containers.filter((record) => record.now.phase === 'running');
  return running.flatMap((record): PodEffect[] => [
    report(record, 'Normal', 'Killing', `Stopping container ${record.name}`),
    { type: 'stop', container: record.name },
  ]);
}

function replace(state: PodState, record: ContainerRecord): PodState {
  return { ...state, containers: state.containers.map((one) => (one.name === record.name ? record : one)) };
}

function to(state: PodState, record: ContainerRecord, effects: PodEffect[]): Transition {
  return { state: replace(state, record), effects };
}

function report(record: ContainerRecord, level: 'Normal' | 'Warning', reason: string, message: string): PodEffect {
  return { type: 'report', level, reason, message, container: record.name };
}
