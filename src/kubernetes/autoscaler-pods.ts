import type { AutoscalerSettings } from './autoscaler.ts';
import { conditionOf } from './condition.ts';
import { isSidecar, type Pod } from './pod.ts';
import { milliValue } from './quantity.ts';

/** What the metrics API said of one pod. */
export interface PodReading {
  /** Thousandths of a core, of a byte, or of the metric's unit. */
  value: number;
  /** End of the window that it was measured in, ms since the epoch. */
  at: number;
  windowMs: number;
}

export type PodReadings = ReadonlyMap<string, PodReading>;

export interface PodGroups {
  /** Pods whose metric counts. */
  ready: number;
  unready: Set<string>;
  missing: Set<string>;
  ignored: Set<string>;
}

/**
 * Which pods count (`replica_calculator.go groupPods`): terminating and failed ones never; pending ones are unready; for CPU
 * also those that are still starting, because the work of starting is not load.
 */
export function groupPods(
  pods: readonly Pod[],
  readings: PodReadings,
  resource: string,
  settings: AutoscalerSettings,
  now: number,
): PodGroups {
  const groups: PodGroups = { ready: 0, unready: new Set(), missing: new Set(), ignored: new Set() };
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const reading = readings.get(name);
    if (deletionTimestamp !== undefined || pod.status?.phase === 'Failed') groups.ignored.add(name);
    else if (pod.status?.phase === 'Pending') groups.unready.add(name);
    else if (!reading) groups.missing.add(name);
    else if (resource === 'cpu' && isStarting(pod, reading, settings, now)) groups.unready.add(name);
    else groups.ready += 1;
  }
  return groups;
}

function isStarting(pod: Pod, reading: PodReading, settings: AutoscalerSettings, now: number): boolean {
  const ready = conditionOf(pod.status?.conditions, 'Ready');
  const started = pod.status?.startTime;
  if (!ready || started === undefined) return true;
  const changed = Date.parse(ready.lastTransitionTime ?? '');
  if (Date.parse(started) + settings.cpuInitializationPeriodMs > now)
    return ready.status === 'False' || reading.at < changed + reading.windowMs;
  return ready.status === 'False' && Date.parse(started) + settings.initialReadinessDelayMs > changed;
}

/**
 * Requests in thousandths by pod (`replica_calculator.go calculateRequests`). Throws an `Error` with the controller's own
 * words when a container states none: utilization has nothing to be measured against then.
 */
export function requestsOf(pods: readonly Pod[], resource: string, container?: string): Map<string, number> {
  return new Map(pods.map((pod) => [pod.metadata.name, requestOf(pod, resource, container)]));
}

function requestOf(pod: Pod, resource: string, only: string | undefined): number {
  const name = pod.metadata.name;
  const whole = pod.spec.resources?.requests;
  if (only === undefined && whole && Object.keys(whole).length > 0) {
    const request = whole[resource];
    if (request === undefined) throw new Error(`missing pod-level request for ${resource} in Pod ${name}`);
    return milliValue(request);
  }
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isSidecar)];
  const counted = only === undefined ? all : all.filter((container) => container.name === only);
  if (only !== undefined && counted.length === 0) throw new Error(`container ${only} not found in Pod ${name}`);
  let sum = 0;
  for (const container of counted) {
    const request = container.resources?.requests?.[resource];
    if (request === undefined)
      throw new Error(`missing request for ${resource} in container ${container.name} of Pod ${name}`);
    sum += milliValue(request);
  }
  return sum;
}
