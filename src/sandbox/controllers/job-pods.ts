import type { Pod } from '../../kubernetes/pod.ts';
import { chooseVictims } from '../../kubernetes/pod-ranking.ts';
import type { Job } from '../../kubernetes/workload.ts';
import { failureAnnotations, replacesFailedOnly } from './job-failures.ts';
import { firstMissing, indexAnnotation, indexOf, isIndexed } from './job-indexes.ts';
import { type JobView, trackingFinalizer } from './job-view.ts';
import type { OwnParts } from './pod-control.ts';

/** How many pods ought to be at work (`job_controller.go manageJob`). */
export function wantedPods({ job, succeeded, active }: JobView): number {
  const { parallelism = 1, completions } = job.spec;
  if (job.spec.suspend) return 0;
  // Without a number of completions one success ends the whole: no new pods then.
  if (completions == null) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** Active pods that have to go: a second one of an index, one of an index that is no more, then by rank. */
export function superfluousPods({ job, active }: JobView, wanted: number, now: number): Pod[] {
  const excess = Math.max(0, active.length - wanted);
  if (!isIndexed(job)) return chooseVictims(active, excess, [], now);
  const byIndex = new Map<number | undefined, Pod[]>();
  for (const pod of active) byIndex.set(indexOf(job, pod), [...(byIndex.get(indexOf(job, pod)) ?? []), pod]);
  const gone = [...byIndex].flatMap(([index, pods]) =>
    index === undefined ? pods : chooseVictims(pods, pods.length - 1, [], now),
  );
  const left = active.filter((pod) => !gone.includes(pod));
  return [...gone, ...chooseVictims(left, Math.max(0, excess - gone.length), [], now)];
}

/** How many pods to make now. */
export function missingPods(view: JobView, wanted: number): number {
  const held = replacesFailedOnly(view.job) ? view.terminating : 0;
  return Math.max(0, wanted - held - view.active.length);
}

/** Numbers that nobody works on, the lowest first. */
export function missingIndexes(view: JobView, count: number): number[] {
  const { job, active, pods, done, failedIndexes } = view;
  const held = replacesFailedOnly(job) ? pods.filter(({ metadata }) => metadata.deletionTimestamp) : [];
  const busy = [...active, ...held].flatMap((pod) => indexOf(job, pod) ?? []);
  return firstMissing(job.spec.completions ?? 0, new Set([...done, ...busy, ...(failedIndexes ?? [])]), count);
}

/** What makes a pod one of a Job, and the one of an index. */
export function identityOf(job: Job, index: number | undefined, replaced: Pod | undefined): OwnParts {
  const finalizers = [trackingFinalizer];
  if (index === undefined) return { finalizers };
  const end = `-${index}-`;
  const perIndex = job.spec.backoffLimitPerIndex === undefined ? {} : failureAnnotations(job, replaced);
  const { containers, initContainers } = job.spec.template.spec;
  return {
    finalizers,
    generateName: `${job.metadata.name.slice(0, longestBase - end.length)}${end}`,
    labels: { [indexAnnotation]: String(index) },
    annotations: { [indexAnnotation]: String(index), ...perIndex },
    spec: {
      containers: containers.map(withIndex),
      ...(initContainers ? { initContainers: initContainers.map(withIndex) } : {}),
      hostname: `${job.metadata.name}-${index}`,
    },
  };
}

const longestBase = 58;
const variable = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexAnnotation}']` } },
};

/** A container that knows its number; its own variable of that name stays. */
function withIndex<C extends object>(container: C): C {
  const { env = [] } = container as { env?: { name: string }[] };
  return env.some(({ name }) => name === variable.name) ? container : { ...container, env: [...env, variable] };
}
