import type { WorkloadProcess } from '../workloads/image.ts';
import type { ContainerSystem } from '../workloads/system.ts';
import type { ContainerSpec, ProbeSpec } from './pod.ts';
import { countProbe, runProbe } from './probe.ts';

type ProbeKind = 'startup' | 'readiness' | 'liveness';

export interface ProbedContainer {
  spec: ContainerSpec;
  process: WorkloadProcess;
  system: ContainerSystem;
  podIP: string;
  /** Delays and periods are part of a pod's start-up and are shortened. */
  shorten(ms: number): number;
  onStarted(): void;
  onReadiness(ready: boolean): void;
  onUnhealthy(probe: 'startup' | 'liveness'): void;
  /** Every single failure, for the event. */
  onFailure(kind: ProbeKind, output: string): void;
}

/**
 * Probes a container until it is stopped: first startup, then readiness and liveness beside each other, each with a timer
 * for its next turn only. Returns what ends it.
 */
export function startProbing(container: ProbedContainer): () => void {
  const { startupProbe, readinessProbe, livenessProbe } = container.spec;
  const stops = new Set<() => void>();
  let stopped = false;
  const loop = (kind: ProbeKind, probe: ProbeSpec, verdict: (success: boolean) => boolean) => {
    if (stopped) return;
    stops.add(probeLoop(container, kind, probe, verdict));
  };
  const afterStartup = () => {
    container.onStarted();
    if (readinessProbe) {
      loop('readiness', readinessProbe, (success) => {
        container.onReadiness(success);
        return true;
      });
    }
    if (livenessProbe) {
      loop('liveness', livenessProbe, (success) => {
        if (!success) container.onUnhealthy('liveness');
        return success;
      });
    }
  };
  if (startupProbe) {
    loop('startup', startupProbe, (success) => {
      if (success) afterStartup();
      else container.onUnhealthy('startup');
      return false;
    });
  } else afterStartup();
  return () => {
    stopped = true;
    for (const stop of stops) stop();
  };
}

/** One probe's turns. `verdict` says whether it goes on. */
function probeLoop(
  container: ProbedContainer,
  kind: ProbeKind,
  probe: ProbeSpec,
  verdict: (success: boolean) => boolean,
): () => void {
  const period = Math.max(20, container.shorten((probe.periodSeconds ?? 10) * 1000));
  let count = { successes: 0, failures: 0 };
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async () => {
    const { success, output } = await runProbe(
      probe,
      container.spec,
      container.process,
      container.podIP,
      container.system,
    ).catch((error: unknown) => ({ success: false, output: String(error) }));
    if (stopped) return;
    if (!success) container.onFailure(kind, output);
    const counted = countProbe(count, success, probe);
    count = counted.count;
    if (counted.verdict && !verdict(counted.verdict === 'success')) return;
    if (!stopped) timer = setTimeout(turn, period);
  };
  timer = setTimeout(turn, container.shorten((probe.initialDelaySeconds ?? 0) * 1000));
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
