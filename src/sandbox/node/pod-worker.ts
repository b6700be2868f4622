import { answered } from '../client.ts';
import { watchDeadline } from './active-deadline.ts';
import type { RunningContainer } from './container.ts';
import { createContainerRunner } from './container-runner.ts';
import type { Host } from './host.ts';
import type { ContainerLog } from './logs.ts';
import { type ContainerSpec, containersOf, type Pod } from './pod.ts';
import { reducePod } from './pod-reducer.ts';
import { initialState, isEnding, type PodEffect, type PodEvent, type PodState } from './pod-state.ts';
import { createPodVolumes } from './pod-volumes.ts';
import { missingPullSecrets, pullSecretsWarning } from './pull-secrets.ts';
import { createStatusReporter, type StatusReporter } from './status-reporter.ts';
import { createTimers, type Timers } from './timers.ts';
import { waitForVolumes } from './volumes.ts';

export interface PodWorker {
  readonly pod: Pod;
  readonly podIP: string | undefined;
  readonly running: ReadonlyMap<string, RunningContainer>;
  /** A newer version of the object. */
  update(pod: Pod): void;
  /** The object is gone, or the node stops: everything ends at once. */
  kill(): void;
  /** What a container wrote; undefined when it never ran. */
  log(container: string, previous: boolean): ContainerLog | undefined;
  /** Why a container does not run yet; undefined when it does. */
  waitingReason(container: string): string | undefined;
  /** Ends a container that used more memory than it may. */
  outOfMemory(container: string): void;
}

/** What a worker knows of its pod and changes while the pod lives. */
interface Life {
  pod: Pod;
  podIP: string | undefined;
  /** Milliseconds since 1970. */
  startedAt: number;
  state: PodState;
  /** The PersistentVolumes of its claims; only there for pods that have any. */
  claims?: Map<string, string>;
  /** Nothing happens any more. */
  over: boolean;
  timers: Timers;
}

type Report = (level: 'Normal' | 'Warning', reason: string, message: string, container?: ContainerSpec) => void;

/** Runs one pod on its node: carries out what the reducer decides and reports what came of it. */
export function startPod(host: Host, first: Pod): PodWorker {
  const life: Life = {
    pod: first,
    podIP: undefined,
    startedAt: Date.now(),
    state: initialState(first),
    over: false,
    timers: createTimers(),
  };
  const report = reportTo(host, life);
  const reporter = reporterOf(host, life);
  let finishing = false;

  const apply = (event: PodEvent) => {
    if (life.over) return;
    const transition = reducePod(life.state, event, host.pace.shorten(1000));
    if (transition.state !== life.state) reporter.changed();
    life.state = transition.state;
    for (const effect of transition.effects) perform(effect);
    const { terminating, containers } = life.state;
    if (finishing || !terminating || containers.some((record) => record.now.phase === 'running')) return;
    finishing = true;
    void finish(host, life, reporter);
  };
  const runner = createContainerRunner({
    host,
    pod: () => life.pod,
    podIP: () => life.podIP ?? '',
    volumes: createPodVolumes(host, {
      pod: () => life.pod,
      podIP: () => life.podIP ?? '',
      volumeOf: (claim) => life.claims?.get(claim),
    }),
    goesOn: () => goesOn(life),
    apply,
    report,
  });
  const perform = (effect: PodEffect) => {
    const spec = containersOf(life.pod).find((one) => one.name === effect.container);
    if (effect.type === 'report') return report(effect.level, effect.reason, effect.message, spec);
    if (!spec) return;
    if (effect.type === 'retry')
      life.timers.later(host.pace.shorten(effect.afterMs), () => apply({ type: 'retry', container: spec.name }));
    else void runner[effect.type](spec);
  };

  reporter.changed();
  void missingPullSecrets(host, first).then((names) => {
    if (names.length > 0) report('Warning', 'FailedToRetrieveImagePullSecret', pullSecretsWarning(names));
  });
  if (first.metadata.deletionTimestamp) queueMicrotask(() => apply({ type: 'terminate' }));
  else void mount(host, life, report).then((mounted) => mounted && apply({ type: 'sandbox-ready' }));
  const lookAtDeadline = watchDeadline(
    () => life.pod,
    life.startedAt,
    life.timers,
    () => apply({ type: 'deadline' }),
  );
  const kill = () => {
    if (life.over) return;
    life.over = true;
    reporter.close();
    life.timers.clear();
    runner.killAll();
    if (life.podIP && !life.pod.spec.hostNetwork) host.freeAddress(life.podIP);
  };
  const changed = () => {
    reporter.changed();
    for (const spec of life.pod.spec.ephemeralContainers ?? [])
      if (!life.state.containers.some(({ name }) => name === spec.name)) apply({ type: 'added', spec });
    lookAtDeadline();
  };
  return workerOf(life, runner, { apply, kill, changed });
}

function workerOf(
  life: Life,
  runner: ReturnType<typeof createContainerRunner>,
  { apply, kill, changed }: { apply: (event: PodEvent) => void; kill: () => void; changed: () => void },
): PodWorker {
  return {
    get pod() {
      return life.pod;
    },
    get podIP() {
      return life.podIP;
    },
    running: runner.running,
    update(newer) {
      const written = newer.metadata.generation !== life.pod.metadata.generation;
      life.pod = newer;
      if (written) changed();
      if (newer.metadata.deletionTimestamp) apply({ type: 'terminate' });
    },
    kill,
    log: runner.log,
    waitingReason(container) {
      const now = life.state.containers.find((record) => record.name === container)?.now;
      return now?.phase === 'waiting' ? now.reason : undefined;
    },
    outOfMemory: (container) => runner.end(container, 137, 'OOMKilled'),
  };
}

/** Something new may still be started. */
function goesOn({ over, state }: Life): boolean {
  return !over && !isEnding(state);
}

function reportTo(host: Host, life: Life): Report {
  return (level, reason, message, container) => {
    const { initContainers, ephemeralContainers } = life.pod.spec;
    const isIn = (list?: ContainerSpec[]) => list?.some(({ name }) => name === container?.name);
    const list = isIn(initContainers)
      ? 'initContainers'
      : isIn(ephemeralContainers)
        ? 'ephemeralContainers'
        : 'containers';
    host.events.report(life.pod, level, reason, message, container && `spec.${list}{${container.name}}`);
  };
}

function reporterOf(host: Host, life: Life): StatusReporter {
  return createStatusReporter(host.client, {
    pod: () => life.pod,
    facts: () => {
      const { state, podIP, startedAt } = life;
      return { state, podIP, hostIP: host.hostIP, startedAt, now: Date.now(), imageIds: host.images.ids };
    },
  });
}

/** Waits for the volumes and takes an address. False when the pod is to end meanwhile. */
async function mount(host: Host, life: Life, report: Report): Promise<boolean> {
  await waitForVolumes(host.client, () => life.pod, {
    goesOn: () => goesOn(life),
    bound(claim, volume) {
      life.claims ??= new Map();
      life.claims.set(claim, volume);
    },
    fault: (message) => report('Warning', 'FailedMount', message),
    pause: (ms) => life.timers.pause(host.pace.shorten(ms)),
  });
  if (!goesOn(life)) return false;
  life.podIP = life.pod.spec.hostNetwork ? host.hostIP : host.takeAddress();
  return true;
}

/** All containers have ended: the object goes. */
async function finish(host: Host, life: Life, reporter: StatusReporter): Promise<void> {
  await reporter.flush();
  const { uid } = life.pod.metadata;
  const preconditions = uid ? { uid } : {};
  const remove = () => host.client.remove(reporter.path(), { gracePeriodSeconds: 0, preconditions });
  const gone = (error: unknown) => answered(error, 404) || answered(error, 409);
  while (!life.over && !(await remove().then(() => true, gone))) await life.timers.pause(host.pace.shorten(5000));
}
