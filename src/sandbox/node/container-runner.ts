import { randomBytes } from 'node:crypto';
import { messageOf } from '../../base/errors.ts';
import { parseBytes, parseCpu } from '../../kubernetes/quantity.ts';
import { wallClock } from '../workloads/clock.ts';
import type { ProcessContext } from '../workloads/image.ts';
import { type Outcome, outcomeOf } from '../workloads/outcomes.ts';
import type { FoundImage } from '../workloads/registry.ts';
import { createRunningContainer, type RunningContainer } from './container.ts';
import { ConfigError, resolveEnvironment } from './environment.ts';
import type { Host } from './host.ts';
import { type ContainerLog, createContainerLog } from './logs.ts';
import type { ContainerSpec, Pod } from './pod.ts';
import type { PodEvent } from './pod-state.ts';
import { startProbing } from './prober.ts';
import { stopContainer } from './stop-container.ts';

/** How a pod is to fail, to see how that looks: `image-missing`, `pull-slow`, `slow-start`, `crash`, `out-of-memory`. */
const outcomeAnnotation = 'tars-console.dev/outcome';

export interface RunnerParts {
  host: Host;
  pod(): Pod;
  podIP(): string;
  /** False when nothing new is to be started any more. */
  goesOn(): boolean;
  apply(event: PodEvent): void;
  report(level: 'Normal' | 'Warning', reason: string, message: string, container: ContainerSpec): void;
}

/** The containers of one pod: pulls, creates, probes and stops them, and says by events what came of it. */
export function createContainerRunner(parts: RunnerParts) {
  const { host, apply, report } = parts;
  const outcome = outcomeOf(parts.pod().metadata.annotations?.[outcomeAnnotation]);
  const running = new Map<string, RunningContainer>();
  const images = new Map<string, FoundImage>();
  const logs = new Map<string, ContainerLog[]>();
  const probers = new Map<string, () => void>();

  const end = (name: string, exitCode: number, reason: string) => {
    const container = running.get(name);
    if (!container) return;
    probers.get(name)?.();
    running.delete(name);
    container.process.kill();
    container.end();
    apply({ type: 'exited', container: name, exitCode, reason, now: Date.now() });
  };

  const run = (spec: ContainerSpec, image: FoundImage, env: Record<string, string>) => {
    const id = `containerd://${randomBytes(32).toString('hex')}`;
    const log = createContainerLog();
    logs.set(spec.name, [log, ...(logs.get(spec.name) ?? [])].slice(0, 2));
    const exit: ProcessContext['exit'] = (code, reason) => {
      const why = reason ?? (code === 0 ? 'Completed' : 'Error');
      // After the call that led to it has returned: a process may end while it starts.
      queueMicrotask(() => {
        if (running.get(spec.name)?.id === id) end(spec.name, code, why);
      });
    };
    report('Normal', 'Created', `Created container: ${spec.name}`, spec);
    const process = image.start({ ...contextOf(parts, spec, env), outcome, log: log.write, exit });
    report('Normal', 'Started', `Started container ${spec.name}`, spec);
    running.set(spec.name, createRunningContainer(spec, id, process, log));
    apply({ type: 'started', container: spec.name, id, now: Date.now() });
    if (!isInit(parts.pod(), spec)) probers.set(spec.name, probe(parts, spec, process));
  };

  return {
    running: running as ReadonlyMap<string, RunningContainer>,
    end,
    // Between two runs the one that ended last is both the current and the previous one.
    log: (name: string, previous: boolean): ContainerLog | undefined =>
      logs.get(name)?.[previous && running.has(name) ? 1 : 0],
    async pull(spec: ContainerSpec) {
      const image = await pullImage(parts, spec, outcome);
      if (image) images.set(spec.name, image);
      if (image) apply({ type: 'pulled', container: spec.name });
    },
    async create(spec: ContainerSpec) {
      const image = images.get(spec.name);
      try {
        const facts = { podIP: parts.podIP(), hostIP: host.hostIP };
        const env = await resolveEnvironment(host.client, parts.pod(), spec, facts);
        if (parts.goesOn() && image) run(spec, image, env);
      } catch (error) {
        const known = error instanceof ConfigError;
        const message = known ? error.message : `failed to sync configmap cache: ${messageOf(error)}`;
        apply({ type: 'config-error', container: spec.name, message });
      }
    },
    async stop(spec: ContainerSpec) {
      const container = running.get(spec.name);
      if (!container) return;
      const { metadata, spec: wanted } = parts.pod();
      const seconds = metadata.deletionGracePeriodSeconds ?? wanted.terminationGracePeriodSeconds ?? 30;
      const { exitCode, reason } = await stopContainer(container, seconds, host.pace.shorten);
      if (running.get(spec.name) === container) end(spec.name, exitCode, reason);
    },
    killAll() {
      for (const stopProbing of probers.values()) stopProbing();
      for (const container of running.values()) {
        container.process.kill();
        container.end();
      }
      running.clear();
    },
  };
}

/** It runs to its end before the others; sidecars do not. */
function isInit(pod: Pod, spec: ContainerSpec): boolean {
  return spec.restartPolicy !== 'Always' && (pod.spec.initContainers?.some((one) => one.name === spec.name) ?? false);
}

/** Pulls as the policy says and reports it; undefined when it failed (which is applied) or is not wanted any more. */
async function pullImage(
  { host, apply, report, goesOn }: RunnerParts,
  spec: ContainerSpec,
  outcome: Outcome | undefined,
): Promise<FoundImage | undefined> {
  const policy = spec.imagePullPolicy ?? (/:latest$|^[^:@]+$/.test(spec.image) ? 'Always' : 'IfNotPresent');
  const present = host.images.has(spec.image) && policy !== 'Always';
  if (!present) report('Normal', 'Pulling', `Pulling image "${spec.image}"`, spec);
  try {
    const { image, ms } = await host.images.pull(spec.image, outcome, present);
    if (!goesOn()) return undefined;
    const took = `${Math.round(ms) / 1000}s`;
    const pulled = `Successfully pulled image "${spec.image}" in ${took} (${took} including waiting). Image size: ${image.size} bytes.`;
    report('Normal', 'Pulled', present ? `Container image "${spec.image}" already present on machine` : pulled, spec);
    return image;
  } catch (error) {
    apply({ type: 'pull-failed', container: spec.name, message: messageOf(error), now: Date.now() });
    return undefined;
  }
}

/** What a container's process is told, but for its log and its end. */
function contextOf(parts: RunnerParts, spec: ContainerSpec, env: Record<string, string>) {
  const { host } = parts;
  const { metadata, spec: wanted } = parts.pod();
  const { name, namespace = 'default' } = metadata;
  const { cpu, memory } = spec.resources?.limits ?? {};
  return {
    pod: name,
    namespace,
    container: spec.name,
    node: host.node,
    env,
    args: [...(spec.command ?? []), ...(spec.args ?? [])],
    runsToEnd: isInit(parts.pod(), spec) || (wanted.restartPolicy ?? 'Always') !== 'Always',
    ports: (spec.ports ?? []).map((port) => port.containerPort),
    cpuLimit: cpu ? parseCpu(cpu) : undefined,
    memoryLimit: memory ? parseBytes(memory) : undefined,
    clock: wallClock,
    random: Math.random,
    shorten: host.pace.shorten,
    dial: (to: string, port: number) => host.dial(namespace, to, port),
  };
}

function probe(parts: RunnerParts, spec: ContainerSpec, process: RunningContainer['process']): () => void {
  const container = spec.name;
  return startProbing({
    spec,
    process,
    podIP: parts.podIP(),
    shorten: parts.host.pace.shorten,
    onStarted: () => parts.apply({ type: 'startup-passed', container }),
    onReadiness: (ready) => parts.apply({ type: 'readiness', container, ready }),
    onUnhealthy: (kind) => parts.apply({ type: 'unhealthy', container, probe: kind }),
    onFailure: (kind, output) => {
      const title = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
      if (parts.goesOn()) parts.report('Warning', 'Unhealthy', `${title} probe failed: ${output}`, spec);
    },
  });
}
