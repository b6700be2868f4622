import type { Condition } from '../../kubernetes/condition.ts';
import { isPodActive, isPodFinished, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { Job } from '../../kubernetes/workload.ts';
import { finishedAt } from './job-backoff.ts';
import { heldCondition, jobCondition } from './job-conditions.ts';
import { indexFailures, isFailed, judgeFailure } from './job-failures.ts';
import { indexesIn, indexOf, isIndexed } from './job-indexes.ts';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/** What a Job's pods say about it at one moment. */
export interface JobView {
  job: Job;
  pods: readonly Pod[];
  /** True while a pod's end is not yet in the Job's status for good. */
  tracked: (pod: Pod) => boolean;
  active: Pod[];
  ready: number;
  terminating: number;
  /** Pods that have ended since the last sync. */
  newSucceeded: Pod[];
  newFailed: Pod[];
  /** Counts with those that are not in the status yet. */
  succeeded: number;
  failed: number;
  /** Of an Indexed Job: what the status says is done, what is done, and what has failed for good. */
  counted: ReadonlySet<number>;
  done: ReadonlySet<number>;
  failedIndexes: ReadonlySet<number> | undefined;
  /** With a limit for each index: the failed pod that its next one takes the place of. */
  replaceable: ReadonlyMap<number, Pod>;
}

/** Counts (`pkg/controller/job/job_controller.go syncJob`). `tracked` says whose finalizer is still there. */
export function viewOf(job: Job, pods: readonly Pod[], tracked: (pod: Pod) => boolean): JobView {
  const active = pods.filter(isPodActive);
  const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
  const ended = (uncounted: readonly string[], wanted: (pod: Pod) => boolean) =>
    pods.filter(
      (pod) =>
        tracked(pod) &&
        !uncounted.includes(pod.metadata.uid ?? '') &&
        (!isIndexed(job) || indexOf(job, pod) !== undefined) &&
        wanted(pod),
    );
  const newSucceeded = ended(succeeded, (pod) => pod.status?.phase === 'Succeeded');
  const newFailed = ended(failed, (pod) => isFailed(job, pod));
  const counted = indexesIn(job.status?.completedIndexes, job.spec.completions ?? 0);
  const done = new Set(counted);
  for (const pod of pods.filter((one) => tracked(one) && one.status?.phase === 'Succeeded')) {
    const index = indexOf(job, pod);
    if (index !== undefined) done.add(index);
  }
  const countedFailures = newFailed.filter((pod) => judgeFailure(job, pod).counts);
  const view = {
    job,
    pods,
    tracked,
    active,
    ready: active.filter(isPodReady).length,
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp && !isPodFinished(pod)).length,
    newSucceeded,
    newFailed,
    succeeded: isIndexed(job) ? done.size : (job.status?.succeeded ?? 0) + newSucceeded.length + succeeded.length,
    failed: (job.status?.failed ?? 0) + countedFailures.length + failed.length,
    counted,
    done,
  };
  const failedIndexes = failedIndexesOf(job, pods, tracked);
  return { ...view, failedIndexes, replaceable: replaceableOf(view, failedIndexes) };
}

/** Indexes that have failed more often than each may (`indexed_job_utils.go calculateFailedIndexes`). */
function failedIndexesOf(job: Job, pods: readonly Pod[], tracked: (pod: Pod) => boolean): Set<number> | undefined {
  const { backoffLimitPerIndex: limit, completions } = job.spec;
  if (!isIndexed(job) || limit === undefined) return undefined;
  const failed = indexesIn(job.status?.failedIndexes, completions ?? 0);
  for (const pod of pods.filter((one) => tracked(one) && isFailed(job, one))) {
    const index = indexOf(job, pod);
    const { action, counts } = judgeFailure(job, pod);
    if (index === undefined) continue;
    if (action === 'FailIndex' || (counts && indexFailures(pod).counted >= limit)) failed.add(index);
  }
  return failed;
}

/** The last failed pod of each index that has to go on (`getPodsWithDelayedDeletionPerIndex`). */
function replaceableOf(
  { job, pods, tracked, active, done }: Pick<JobView, 'job' | 'pods' | 'tracked' | 'active' | 'done'>,
  failedIndexes: ReadonlySet<number> | undefined,
): Map<number, Pod> {
  const last = new Map<number, Pod>();
  if (!failedIndexes) return last;
  const busy = new Set(active.map((pod) => indexOf(job, pod)));
  for (const pod of pods.filter((one) => tracked(one) && isFailed(job, one))) {
    const index = indexOf(job, pod);
    if (index === undefined || done.has(index) || failedIndexes.has(index) || busy.has(index)) continue;
    const before = last.get(index);
    const isLater =
      !before || (indexFailures(before).all <= indexFailures(pod).all && finishedAt(pod) >= finishedAt(before));
    if (isLater) last.set(index, pod);
  }
  return last;
}

/** `SuccessCriteriaMet`, `FailureTarget` or `Failed` once the Job is decided; undefined while it is open. */
export function verdictOf(view: JobView, now: number): Condition | undefined {
  const { job } = view;
  const met = heldCondition(job, 'SuccessCriteriaMet');
  if (met) return met;
  const failing = heldCondition(job, 'FailureTarget');
  if (failing) return jobCondition('Failed', failing.reason ?? '', failing.message ?? '', now);
  const failure = failureOf(view, now);
  if (failure) return jobCondition('FailureTarget', failure[0], failure[1], now);
  const rule = metRule(view);
  if (rule === undefined) return undefined;
  return jobCondition('SuccessCriteriaMet', 'SuccessPolicy', `Matched rules at index ${rule}`, now);
}

function failureOf(view: JobView, now: number): [string, string] | undefined {
  const { job, pods, failed, failedIndexes, done } = view;
  const { backoffLimit = 6, completions, maxFailedIndexes } = job.spec;
  for (const pod of pods.filter((one) => isFailed(job, one))) {
    const { message } = judgeFailure(job, pod);
    if (message) return ['PodFailurePolicy', message];
  }
  if (failed > backoffLimit || restartsExceed(job, pods, backoffLimit))
    return ['BackoffLimitExceeded', 'Job has reached the specified backoff limit'];
  const deadline = deadlineOf(job);
  if (deadline !== undefined && deadline <= now)
    return ['DeadlineExceeded', 'Job was active longer than specified deadline'];
  if (!failedIndexes) return undefined;
  if (maxFailedIndexes !== undefined && failedIndexes.size > maxFailedIndexes)
    return ['MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes'];
  if (failedIndexes.size > 0 && failedIndexes.size + done.size >= (completions ?? 0))
    return ['FailedIndexes', 'Job has failed indexes'];
  return undefined;
}

/** Restarts in place count where pods restart (`pastBackoffLimitOnFailure`). */
function restartsExceed({ spec }: Job, pods: readonly Pod[], limit: number): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** When the Job has been active for too long, ms since the epoch. */
export function deadlineOf({ spec, status }: Job): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || !status?.startTime || spec.suspend) return undefined;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000;
}

/** The number of the first rule of the success policy that is met (`success_policy.go`). */
function metRule({ job, done }: JobView): number | undefined {
  const { successPolicy, completions } = job.spec;
  if (!successPolicy || done.size === 0) return undefined;
  const number = successPolicy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && done.size >= succeededCount;
    const wanted = indexesIn(succeededIndexes, completions ?? 0);
    const contained = [...wanted].filter((index) => done.has(index)).length;
    if (wanted.size === 0) return false;
    return contained === wanted.size || (succeededCount !== undefined && contained >= succeededCount);
  });
  return number < 0 ? undefined : number;
}
