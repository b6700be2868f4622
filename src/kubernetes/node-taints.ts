import { conditionOf } from './condition.ts';
import type { Node } from './node.ts';
import { tolerates } from './node-affinity.ts';
import type { Taint, Toleration } from './scheduling-terms.ts';

const prefix = 'node.kubernetes.io';
const pressures: Record<string, string> = {
  MemoryPressure: `${prefix}/memory-pressure`,
  DiskPressure: `${prefix}/disk-pressure`,
  PIDPressure: `${prefix}/pid-pressure`,
  NetworkUnavailable: `${prefix}/network-unavailable`,
};
const kept = new Set([
  ...Object.values(pressures),
  `${prefix}/not-ready`,
  `${prefix}/unreachable`,
  `${prefix}/unschedulable`,
]);

/**
 * The taints of a node as its conditions and its cordon make them (`pkg/controller/nodelifecycle/node_lifecycle_controller.go`):
 * those of others stay as they are, those that stay keep their time. Undefined when nothing is to change.
 */
export function taintsByConditions(node: Node, now: string): Taint[] | undefined {
  const before = node.spec?.taints ?? [];
  const wanted = conditionTaints(node);
  const same = (left: Taint, right: Taint) => left.key === right.key && left.effect === right.effect;
  const isStale = (taint: Taint) => kept.has(taint.key) && !wanted.some((one) => same(one, taint));
  const missing = wanted.filter((taint) => !before.some((one) => same(one, taint)));
  if (missing.length === 0 && !before.some(isStale)) return undefined;
  return [...before.filter((taint) => !isStale(taint)), ...missing.map((taint) => ({ ...taint, timeAdded: now }))];
}

function conditionTaints(node: Node): Taint[] {
  const conditions = node.status?.conditions;
  const taints: Taint[] = [];
  for (const [type, key] of Object.entries(pressures))
    if (conditionOf(conditions, type)?.status === 'True') taints.push({ key, effect: 'NoSchedule' });
  const ready = conditionOf(conditions, 'Ready')?.status;
  const away = ready === 'False' ? 'not-ready' : ready === 'Unknown' ? 'unreachable' : undefined;
  if (away)
    taints.push({ key: `${prefix}/${away}`, effect: 'NoSchedule' }, { key: `${prefix}/${away}`, effect: 'NoExecute' });
  if (node.spec?.unschedulable) taints.push({ key: `${prefix}/unschedulable`, effect: 'NoSchedule' });
  return taints;
}

/**
 * After how many seconds a pod has to leave a node with these taints (`pkg/controller/tainteviction/taint_eviction.go`): 0 for
 * at once, undefined for never.
 */
export function secondsToLeave(
  tolerations: readonly Toleration[] | undefined,
  taints: readonly Taint[],
): number | undefined {
  let least: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const matching = (tolerations ?? []).filter((toleration) => tolerates([toleration], taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching)
      if (tolerationSeconds !== undefined)
        least = Math.min(least ?? Number.POSITIVE_INFINITY, Math.max(0, tolerationSeconds));
  }
  return least;
}
