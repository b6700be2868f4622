import type { AutoscalerSettings, HorizontalPodAutoscaler } from './autoscaler.ts';
import { groupPods, type PodReading, type PodReadings, requestsOf } from './autoscaler-pods.ts';
import type { Pod } from './pod.ts';
import { parseQuantity } from './quantity.ts';

/** What one metric asks for, and how that number came about. */
export interface Proposal {
  replicas: number;
  /** Integer percent of the requests; only for utilization targets. */
  utilization?: number;
  /** Average over the counted pods, thousandths. */
  average: number;
  /** Thousandths: all counted usage, and the requests that it is measured against. */
  usage: number;
  requests?: number;
  target: number;
  /** Usage against target before unready and missing pods are filled in. */
  ratio: number;
  /** The same with them, when there are any. */
  correctedRatio?: number;
  /** Pods that `ratio` was multiplied with. */
  counted: number;
  unready: number;
  missing: number;
  /** Why the replicas stay as they are. */
  keptBy?: 'tolerance' | 'direction';
}

export interface Tolerances {
  up: number;
  down: number;
}

/** `horizontal.go tolerancesForHpa` */
export function tolerancesOf(autoscaler: HorizontalPodAutoscaler, settings: AutoscalerSettings): Tolerances {
  const { scaleUp, scaleDown } = autoscaler.spec.behavior ?? {};
  return {
    up: scaleUp?.tolerance === undefined ? settings.tolerance : parseQuantity(scaleUp.tolerance),
    down: scaleDown?.tolerance === undefined ? settings.tolerance : parseQuantity(scaleDown.tolerance),
  };
}

export function isWithin(tolerances: Tolerances, ratio: number): boolean {
  return 1 - tolerances.down <= ratio && ratio <= 1 + tolerances.up;
}

export interface PodMetricInput {
  pods: readonly Pod[];
  readings: PodReadings;
  /** `cpu`, `memory`; empty for custom metrics. */
  resource: string;
  container?: string | undefined;
  currentReplicas: number;
  tolerances: Tolerances;
  settings: AutoscalerSettings;
  now: number;
  /** Percent of the requests, or thousandths for each pod. */
  target: { utilization: number } | { average: number };
}

interface Measure {
  ratio: number;
  average: number;
  usage: number;
  utilization?: number;
  requests?: number;
}

/**
 * Replicas by a metric that each pod has (`replica_calculator.go GetResourceReplicas` and `calcPlainMetricReplicas`). Throws
 * an `Error` with the controller's words when there is nothing to calculate with.
 */
export function replicasByPods(input: PodMetricInput): Proposal {
  const { pods, resource, settings, now, tolerances, currentReplicas, target } = input;
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count');
  const { ready, unready, missing, ignored } = groupPods(pods, input.readings, resource, settings, now);
  const counted = new Map([...input.readings].filter(([name]) => !ignored.has(name) && !unready.has(name)));
  if (counted.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const requests = 'utilization' in target ? requestsOf(pods, resource, input.container) : undefined;
  const measure = (readings: PodReadings) =>
    requests && 'utilization' in target
      ? byUtilization(readings, requests, target.utilization)
      : byAverage(readings, 'average' in target ? target.average : 0);
  const first = measure(counted);
  const proposal = (replicas: number, more: Partial<Proposal> = {}): Proposal => ({
    ...first,
    target: 'utilization' in target ? target.utilization : target.average,
    counted: ready,
    unready: unready.size,
    missing: missing.size,
    replicas,
    ...more,
  });

  const upWithUnready = unready.size > 0 && first.ratio > 1;
  if (!upWithUnready && missing.size === 0) {
    if (isWithin(tolerances, first.ratio)) return proposal(currentReplicas, { keptBy: 'tolerance' });
    return proposal(Math.ceil(first.ratio * ready));
  }
  const filled = new Map<string, PodReading>(counted);
  const assume = (names: Iterable<string>, value: (name: string) => number) => {
    for (const name of names) filled.set(name, { value: value(name), at: now, windowMs: 0 });
  };
  // Cautious both ways: who says nothing is taken to be busy before scaling down, idle before scaling up.
  if (first.ratio < 1) assume(missing, (name) => assumedUsage(target, requests?.get(name) ?? 0));
  else if (first.ratio > 1) assume(missing, () => 0);
  if (upWithUnready) assume(unready, () => 0);

  const { ratio } = measure(filled);
  const more = { correctedRatio: ratio, counted: filled.size };
  if (isWithin(tolerances, ratio)) return proposal(currentReplicas, { ...more, keptBy: 'tolerance' });
  if (turned(first.ratio, ratio)) return proposal(currentReplicas, { ...more, keptBy: 'direction' });
  const replicas = Math.ceil(ratio * filled.size);
  if ((ratio < 1 && replicas > currentReplicas) || (ratio > 1 && replicas < currentReplicas))
    return proposal(currentReplicas, { ...more, keptBy: 'direction' });
  return proposal(replicas, more);
}

function turned(before: number, after: number): boolean {
  return (before < 1 && after > 1) || (before > 1 && after < 1);
}

function assumedUsage(target: PodMetricInput['target'], request: number): number {
  if ('average' in target) return target.average;
  return Math.trunc((request * Math.max(100, target.utilization)) / 100);
}

/** `metrics/utilization.go GetResourceUtilizationRatio`: an integer percent of all requests together. */
function byUtilization(readings: PodReadings, requests: ReadonlyMap<string, number>, target: number): Measure {
  let usage = 0;
  let requested = 0;
  let entries = 0;
  for (const [name, reading] of readings) {
    const request = requests.get(name);
    if (request === undefined) continue;
    usage += reading.value;
    requested += request;
    entries += 1;
  }
  if (requested === 0) throw new Error('no metrics returned matched known pods');
  const utilization = Math.trunc((usage * 100) / requested);
  return { ratio: utilization / target, utilization, average: Math.trunc(usage / entries), usage, requests: requested };
}

/** `metrics/utilization.go GetMetricUsageRatio` */
function byAverage(readings: PodReadings, target: number): Measure {
  let usage = 0;
  for (const reading of readings.values()) usage += reading.value;
  const average = Math.trunc(usage / readings.size);
  return { ratio: average / target, average, usage };
}
