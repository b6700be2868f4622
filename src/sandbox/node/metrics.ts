import { parseCpu } from '../../kubernetes/quantity.ts';
import type { PodWorker } from './pod-worker.ts';

/** CPU in cores, memory in bytes. */
export interface Usage {
  cpu: number;
  memory: number;
}

export interface PodUsage {
  worker: PodWorker;
  /** When the window ended, ms. */
  at: number;
  /** How long it was, ms. */
  windowMs: number;
  containers: Map<string, Usage>;
}

interface Sample {
  at: number;
  /** `performance.now()`, which does not jump. */
  mark: number;
  /** CPU seconds by container id. */
  seconds: Map<string, number>;
}

/** Resource metrics from what the containers really used: the rate between two looks, as metrics-server does it. */
export interface UsageMeter {
  pods(): PodUsage[];
  stop(): void;
}

/** Looks every `periodMs`; a pod is measured once all its running containers were there for a whole window. */
export function startUsageMeter(workers: () => Iterable<PodWorker>, periodMs: number): UsageMeter {
  const before = new Map<PodWorker, Sample>();
  let usages = new Map<PodWorker, PodUsage>();

  const look = () => {
    const next = new Map<PodWorker, PodUsage>();
    const seen = new Set<PodWorker>();
    for (const worker of workers()) {
      seen.add(worker);
      killOversized(worker);
      const previous = before.get(worker);
      const sample = takeSample(worker);
      before.set(worker, sample);
      const usage = previous && rateBetween(worker, previous, sample);
      if (usage) next.set(worker, usage);
    }
    for (const worker of before.keys()) if (!seen.has(worker)) before.delete(worker);
    usages = next;
  };
  const timer = setInterval(look, periodMs);
  return {
    pods: () => [...usages.values()],
    stop: () => clearInterval(timer),
  };
}

function takeSample(worker: PodWorker): Sample {
  const seconds = new Map<string, number>();
  for (const container of worker.running.values()) seconds.set(container.id, container.process.cpuSeconds());
  return { at: Date.now(), mark: performance.now(), seconds };
}

/** The use in between; undefined while a container is newer than the first look. */
function rateBetween(worker: PodWorker, first: Sample, second: Sample): PodUsage | undefined {
  const windowMs = second.mark - first.mark;
  const containers = new Map<string, Usage>();
  const decreed = decreedCpu(worker);
  for (const [name, container] of worker.running) {
    const from = first.seconds.get(container.id);
    const to = second.seconds.get(container.id);
    if (from === undefined || to === undefined || windowMs <= 0) return undefined;
    containers.set(name, { cpu: decreed ?? (to - from) / (windowMs / 1000), memory: container.process.memoryBytes() });
  }
  return containers.size === 0 ? undefined : { worker, at: second.at, windowMs, containers };
}

/**
 * Cores that each container of the pod is said to use, by its annotation `tars-console.dev/cpu`: `200m`. With it an autoscaler
 * can be watched at any load without making one. Undefined without it, and for what is no quantity.
 */
function decreedCpu({ pod }: PodWorker): number | undefined {
  const text = pod.metadata.annotations?.['tars-console.dev/cpu'];
  try {
    return text === undefined ? undefined : parseCpu(text);
  } catch {
    return undefined;
  }
}

/** The kernel ends what goes over its memory limit. */
function killOversized(worker: PodWorker): void {
  for (const [name, container] of worker.running) {
    if (container.process.memoryBytes() > container.memoryLimit) worker.outOfMemory(name);
  }
}
