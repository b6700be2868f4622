import { isWithin, type Proposal, type Tolerances } from './autoscaler-replicas.ts';
import { isPodReady, type Pod } from './pod.ts';

interface ValueInput {
  /** Thousandths. */
  usage: number;
  target: number;
  tolerances: Tolerances;
}

const most = 2_147_483_647;

/** One value for the whole target against `value` (`replica_calculator.go getUsageRatioReplicaCount`). */
export function replicasByValue(input: ValueInput & { currentReplicas: number; pods: readonly Pod[] }): Proposal {
  const { usage, target, currentReplicas, pods } = input;
  const ratio = usage / target;
  const base = { usage, average: usage, target, ratio, unready: 0, missing: 0 };
  if (currentReplicas === 0) return { ...base, counted: 0, replicas: Math.ceil(ratio) };
  if (isWithin(input.tolerances, ratio))
    return { ...base, counted: currentReplicas, replicas: currentReplicas, keptBy: 'tolerance' };
  if (pods.length === 0)
    throw new Error('unable to calculate ready pods: no pods returned by selector while calculating replica count');
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length;
  return { ...base, counted: ready, replicas: Math.min(most, Math.ceil(ratio * ready)) };
}

/** One value shared by all pods against `averageValue` (`GetObjectPerPodMetricReplicas`, `GetExternalPerPodMetricReplicas`). */
export function replicasByShare(input: ValueInput & { statusReplicas: number }): Proposal {
  const { usage, target, statusReplicas } = input;
  const ratio = usage / (target * statusReplicas);
  const average = Math.ceil(usage / statusReplicas);
  const base = { usage, average, target, ratio, counted: statusReplicas, unready: 0, missing: 0 };
  if (isWithin(input.tolerances, ratio)) return { ...base, replicas: statusReplicas, keptBy: 'tolerance' };
  return { ...base, replicas: Math.min(most, Math.ceil(usage / target)) };
}
