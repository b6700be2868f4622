import type { DaemonSet } from '../../kubernetes/workload.ts';

const firstMs = 1000;
const longestMs = 15 * 60_000;

/** How often the failed pod of a daemon is taken away: each time on the same node waits twice as long (`failedPodsBackoff`). */
export interface FailedPodBackoff {
  /** How long the pod on this node has to stay, ms; 0 when it may go now, which counts as one more time. */
  wait(set: DaemonSet, node: string, now: number): number;
}

export function createFailedPodBackoff(): FailedPodBackoff {
  const entries = new Map<string, { delay: number; since: number }>();
  return {
    wait(set, node, now) {
      for (const [key, { since }] of entries) if (now - since > 2 * longestMs) entries.delete(key);
      const key = `${set.metadata.uid}/${set.status?.observedGeneration ?? 0}/${node}`;
      const before = entries.get(key);
      if (before && now - before.since < before.delay) return before.since + before.delay - now;
      entries.set(key, { delay: before ? Math.min(longestMs, before.delay * 2) : firstMs, since: now });
      return 0;
    },
  };
}
