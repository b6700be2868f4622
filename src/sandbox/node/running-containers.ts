import { randomBytes } from 'node:crypto';
import type { ProcessContext } from '../workloads/image.ts';
import type { Outcome } from '../workloads/outcomes.ts';
import type { FoundImage } from '../workloads/registry.ts';
import { createRunningContainer, type RunningContainer } from './container.ts';
import { type ContainerLog, createContainerLog } from './logs.ts';
import type { ContainerSpec } from './pod.ts';
import { startProbing } from './prober.ts';
import { contextOf, isInit } from './process-context.ts';
import type { RunnerParts } from './runner-parts.ts';

/** What of one pod runs now, with its probes and the logs of each container's last two runs. */
export function createRunningContainers(parts: RunnerParts, outcome: Outcome | undefined) {
  const { apply, report } = parts;
  const running = new Map<string, RunningContainer>();
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

  const start = (spec: ContainerSpec, image: FoundImage, env: Record<string, string>) => {
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
    start,
    end,
    // Between two runs the one that ended last is both the current and the previous one.
    log: (name: string, previous: boolean): ContainerLog | undefined =>
      logs.get(name)?.[previous && running.has(name) ? 1 : 0],
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
