import { randomBytes } from 'node:crypto';
import type { FoundImage } from '../workloads/registry.ts';
import { createPipe, inputOf } from '../workloads/shell/streams.ts';
import { accountToken } from './account-token.ts';
import { createRunningContainer, type RunningContainer } from './container.ts';
import { createContainerSystem } from './container-system.ts';
import { runHook } from './hooks.ts';
import { type ContainerLog, createContainerLog } from './logs.ts';
import type { ContainerSpec, Hook } from './pod.ts';
import { startProbing } from './prober.ts';
import { contextOf, isInit } from './process-context.ts';
import type { RunnerParts } from './runner-parts.ts';
import { terminationMessage } from './termination-message.ts';

/** What of one pod runs now, with its probes and the logs of each container's last two runs. */
export function createRunningContainers(parts: RunnerParts) {
  const { apply, report } = parts;
  const running = new Map<string, RunningContainer>();
  const logs = new Map<string, ContainerLog[]>();
  const probers = new Map<string, () => void>();

  const end = (name: string, exitCode: number, reason: string, message?: string) => {
    const container = running.get(name);
    if (!container) return;
    probers.get(name)?.();
    running.delete(name);
    container.process.kill();
    container.end();
    const { spec, log, system } = container;
    const why = terminationMessage(spec, { exitCode, message, log }, system.written);
    apply({ type: 'exited', container: name, exitCode, reason, message: why, now: Date.now() });
  };

  const start = (spec: ContainerSpec, image: FoundImage, env: Record<string, string>) => {
    const id = `containerd://${randomBytes(32).toString('hex')}`;
    const log = createContainerLog();
    logs.set(spec.name, [log, ...(logs.get(spec.name) ?? [])].slice(0, 2));
    const endLater = (code: number, reason: string, message?: string) => {
      // After the call that led to it has returned: a process may end while it starts.
      queueMicrotask(() => {
        if (running.get(spec.name)?.id === id) end(spec.name, code, reason, message);
      });
    };
    report('Normal', 'Created', `Created container: ${spec.name}`, spec);
    const onSignal = () => void stopByItself(running.get(spec.name), endLater);
    const system = createContainerSystem({ parts, spec, image, env, onSignal });
    const stdin = spec.stdin ? createPipe() : undefined;
    const process = image.start({
      ...contextOf(parts, spec, env),
      log: log.write,
      write: log.append,
      stdin: stdin ?? inputOf(''),
      system,
      api: (userAgent) => parts.host.client.as(() => accountToken(system), userAgent),
      exit: (code, reason) => endLater(code, reason ?? (code === 0 ? 'Completed' : 'Error')),
      refuse: (message) => endLater(128, 'StartError', startFault(message)),
    });
    report('Normal', 'Started', `Started container ${spec.name}`, spec);
    const container = createRunningContainer(spec, id, process, log, { system, stdin });
    running.set(spec.name, container);
    apply({ type: 'started', container: spec.name, id, now: Date.now() });
    const { postStart } = spec.lifecycle ?? {};
    if (postStart) void afterStart(parts, container, postStart, endLater);
    if (!isInit(parts.pod(), spec)) probers.set(spec.name, probe(parts, container));
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

/** What runc says of a command that is not there. */
function startFault(message: string): string {
  return (
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
    `unable to start container process: error during container init: ${message}: unknown`
  );
}

/** Process 1 was sent a signal from inside. */
async function stopByItself(container: RunningContainer | undefined, end: (code: number, reason: string) => void) {
  const code = (await container?.process.stop()) ?? 0;
  end(code, code === 0 ? 'Completed' : 'Error');
}

/** A container whose hook fails is killed (`pkg/kubelet/kuberuntime/kuberuntime_container.go`). */
async function afterStart(
  parts: RunnerParts,
  container: RunningContainer,
  hook: Hook,
  end: (code: number, reason: string) => void,
): Promise<void> {
  const fault = await runHook(hook, container, parts.podIP(), container.signal, parts.host.pace.shorten);
  if (!fault || container.signal.aborted) return;
  parts.report('Warning', 'FailedPostStartHook', 'PostStartHook failed', container.spec);
  parts.report('Normal', 'Killing', `FailedPostStartHook`, container.spec);
  end(137, 'Error');
}

function probe(parts: RunnerParts, { spec, process, system }: RunningContainer): () => void {
  const container = spec.name;
  return startProbing({
    spec,
    process,
    system,
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
