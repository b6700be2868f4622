import { answered } from '../client.ts';
import type { RunningContainer } from './container.ts';
import { createContainerRunner } from './container-runner.ts';
import type { Host } from './host.ts';
import type { ContainerLog } from './logs.ts';
import { type ContainerSpec, type Pod, podTitle } from './pod.ts';
import { reducePod } from './pod-reducer.ts';
import type { ContainerRecord, PodEffect, PodEvent, PodState } from './pod-state.ts';
import { createStatusReporter } from './status-reporter.ts';
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

/** Runs one pod on its node: carries out what the reducer decides and reports what came of it. */
export function startPod(host: Host, first: Pod): PodWorker {
  const { client, pace } = host;
  const startedAt = Date.now();
  const timers = createTimers();
  const specs = [...(first.spec.initContainers ?? []), ...first.spec.containers];
  let pod = first;
  let podIP: string | undefined;
  let state = initialState(first);
  let over = false;
  let finishing = false;

  const reporter = createStatusReporter(client, {
    pod: () => pod,
    facts: () => ({ state, podIP, hostIP: host.hostIP, startedAt, now: Date.now(), imageIds: host.images.ids }),
  });
  const apply = (event: PodEvent) => {
    if (over) return;
    const transition = reducePod(state, event, pace.shorten(1000));
    if (transition.state !== state) reporter.changed();
    state = transition.state;
    for (const effect of transition.effects) perform(effect);
    if (state.terminating && state.containers.every((record) => record.now.phase !== 'running')) void finish();
  };
  const report = (level: 'Normal' | 'Warning', reason: string, message: string, container?: ContainerSpec) => {
    const init = container && first.spec.initContainers?.includes(container);
    const field = container && `spec.${init ? 'initContainers' : 'containers'}{${container.name}}`;
    host.events.report(pod, level, reason, message, field);
  };
  const runner = createContainerRunner({
    host,
    pod: () => pod,
    podIP: () => podIP ?? '',
    goesOn: () => !over && !state.terminating,
    apply,
    report,
  });
  const perform = (effect: PodEffect) => {
    const spec = specs.find((one) => one.name === effect.container);
    if (!spec) return;
    if (effect.type === 'report') report(effect.level, effect.reason, effect.message, spec);
    else if (effect.type === 'retry')
      timers.later(pace.shorten(effect.afterMs), () => apply({ type: 'retry', container: spec.name }));
    else void runner[effect.type](spec);
  };

  const mount = async () => {
    const goesOn = () => !over && !state.terminating;
    const fault = (message: string) => report('Warning', 'FailedMount', message);
    await waitForVolumes(client, () => pod, { goesOn, fault, pause: (ms) => timers.pause(pace.shorten(ms)) });
    if (!goesOn()) return;
    podIP = host.takeAddress();
    apply({ type: 'sandbox-ready' });
  };
  /** All containers have ended: the object goes. */
  const finish = async () => {
    if (finishing) return;
    finishing = true;
    await reporter.flush();
    const preconditions = pod.metadata.uid ? { uid: pod.metadata.uid } : {};
    const remove = () => client.remove(reporter.path(), { gracePeriodSeconds: 0, preconditions });
    const gone = (error: unknown) => answered(error, 404) || answered(error, 409);
    while (!over && !(await remove().then(() => true, gone))) await timers.pause(pace.shorten(5000));
  };

  reporter.changed();
  if (first.metadata.deletionTimestamp) queueMicrotask(() => apply({ type: 'terminate' }));
  else void mount();

  return {
    get pod() {
      return pod;
    },
    get podIP() {
      return podIP;
    },
    running: runner.running,
    update(newer) {
      pod = newer;
      if (newer.metadata.deletionTimestamp) apply({ type: 'terminate' });
    },
    kill() {
      if (over) return;
      over = true;
      reporter.close();
      timers.clear();
      runner.killAll();
      if (podIP) host.freeAddress(podIP);
    },
    log: runner.log,
    waitingReason(container) {
      const now = state.containers.find((record) => record.name === container)?.now;
      return now?.phase === 'waiting' ? now.reason : undefined;
    },
    outOfMemory: (container) => runner.end(container, 137, 'OOMKilled'),
  };
}

function createTimers() {
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };
  return {
    later,
    /** Never resolves once they are cleared. */
    pause: (ms: number) => new Promise<void>((resolve) => later(ms, resolve)),
    clear() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

export function initialState(pod: Pod): PodState {
  const inits = pod.spec.initContainers ?? [];
  const record = (spec: ContainerSpec, kind: ContainerRecord['kind']): ContainerRecord => ({
    name: spec.name,
    image: spec.image,
    kind,
    asked: false,
    waitsForStartup: kind !== 'init' && spec.startupProbe !== undefined,
    waitsForReadiness: kind !== 'init' && spec.readinessProbe !== undefined,
    now: { phase: 'waiting', reason: inits.length > 0 ? 'PodInitializing' : 'ContainerCreating' },
    last: undefined,
    restarts: 0,
    pullBackoff: undefined,
    crashBackoff: undefined,
    pullError: undefined,
  });
  return {
    title: podTitle(pod),
    restartPolicy: pod.spec.restartPolicy ?? 'Always',
    containers: [
      ...inits.map((spec) => record(spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init')),
      ...pod.spec.containers.map((spec) => record(spec, 'main')),
    ],
    sandboxReady: false,
    terminating: false,
  };
}
