import { isSidecar, type Pod } from '../../kubernetes/pod.ts';

const firstMs = 10_000;
const longestMs = 600_000;

/** Failures of a Job since its last success, the last one's time in ms since the epoch. */
export interface Failures {
  count: number;
  last: number;
}

/** Adds the pods that have ended since (`pkg/controller/job/backoff_utils.go newBackoffRecord`). */
export function withEnded(before: Failures, succeeded: readonly Pod[], failed: readonly Pod[]): Failures {
  const failures = failed.map(finishedAt).sort((left, right) => left - right);
  if (succeeded.length === 0) return { count: before.count + failures.length, last: failures.at(-1) ?? before.last };
  const success = Math.max(...succeeded.map(finishedAt));
  const later = failures.filter((time) => time > success);
  return { count: later.length, last: later.at(-1) ?? 0 };
}

/**
 * How long the next pod has to wait, ms: 10 s doubled for each failure up to 10 minutes, from the last one on. `shorten` is
 * what 1 ms of that takes.
 */
export function waitAfter({ count, last }: Failures, now: number, shorten: number): number {
  if (count === 0) return 0;
  const delay = Math.min(longestMs, firstMs * 2 ** Math.min(count - 1, 10)) * shorten;
  return Math.max(0, last + delay - now);
}

/** When a pod ended, ms since the epoch: its last container, else when it became unready, was deleted, was made. */
export function finishedAt(pod: Pod): number {
  const { status, spec, metadata } = pod;
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const containers = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const ends = containers.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  if (ends.length > 0 && !ends.some(Number.isNaN)) return Math.max(...ends);
  const unready = status?.conditions?.find((one) => one.type === 'Ready' && one.status === 'False');
  if (unready?.lastTransitionTime) return Date.parse(unready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = metadata;
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}
