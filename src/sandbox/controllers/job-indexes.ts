import type { Pod } from '../../kubernetes/pod.ts';
import type { Job } from '../../kubernetes/workload.ts';
import type { OwnParts } from './pod-control.ts';

const annotation = 'batch.kubernetes.io/job-completion-index';

function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  return text === undefined ? undefined : Number(text);
}

/** Indexes with a pod that succeeded, ascending. */
export function completedIndexes(pods: readonly Pod[]): number[] {
  const done = pods.filter((pod) => pod.status?.phase === 'Succeeded').flatMap((pod) => indexOf(pod) ?? []);
  return [...new Set(done)].sort((left, right) => left - right);
}

/** Indexes that are neither done nor being worked on. */
export function missingIndexes(job: Job, pods: readonly Pod[]): number[] {
  const taken = new Set(pods.filter((pod) => pod.status?.phase !== 'Failed').flatMap((pod) => indexOf(pod) ?? []));
  return Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index).filter((index) => !taken.has(index));
}

/** How the pod of an index knows which it is. */
export function identityOfIndex(job: Job, index: number): OwnParts {
  const containers = job.spec.template.spec.containers.map((container) => ({
    ...container,
    env: [...((container.env as object[] | undefined) ?? []), { name: 'JOB_COMPLETION_INDEX', value: String(index) }],
  }));
  return {
    labels: { [annotation]: String(index) },
    annotations: { [annotation]: String(index) },
    spec: { containers, hostname: `${job.metadata.name}-${index}` },
  };
}

/** `0-2,5` */
export function rangesOf(indexes: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const index of indexes) {
    const last = ranges.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}${to === from + 1 ? ',' : '-'}${to}`)).join(',');
}
