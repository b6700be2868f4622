import type { Condition } from '../../kubernetes/condition.ts';
import { timestamp } from '../../kubernetes/condition.ts';
import type { Pod } from '../../kubernetes/pod.ts';
import type { Job } from '../../kubernetes/workload.ts';
import { jobCondition, withJobCondition } from './job-conditions.ts';
import { isFailed, judgeFailure } from './job-failures.ts';
import { indexOf, isIndexed, rangesOf } from './job-indexes.ts';
import type { JobView } from './job-view.ts';

export type JobStatus = NonNullable<Job['status']>;

/**
 * Counting the end of a pod takes three steps, so that none is ever counted twice or not at all: its UID into the status, its
 * finalizer away, its UID out of the status into the count (`job_controller.go trackJobStatusAndRemoveFinalizers`).
 */
export interface Tracking {
  /** To be written before any finalizer is taken away. */
  status: JobStatus;
  release: Pod[];
  /** `Complete` or `Failed`, to be said once everything is counted and has ended. */
  ending: Condition | undefined;
}

/** The first step. `verdict` decides what becomes of pods that have not ended. */
export function trackPods(view: JobView, before: JobStatus, verdict: Condition | undefined, now: number): Tracking {
  const { job, tracked, done, failedIndexes } = view;
  const status = settled(before, (uid) => view.pods.some((pod) => pod.metadata.uid === uid && tracked(pod)));
  const succeeded = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(status.uncountedTerminatedPods?.failed ?? [])];
  const isLost = verdict !== undefined && verdict.type !== 'SuccessCriteriaMet';
  const release: Pod[] = [];
  for (const pod of view.pods) {
    if (!tracked(pod) || !isReleasable(view, pod, verdict)) continue;
    const { uid = '' } = pod.metadata;
    release.push(pod);
    if (pod.status?.phase === 'Succeeded' && !failed.includes(uid)) {
      if (!isIndexed(job) && !succeeded.includes(uid)) succeeded.push(uid);
    } else if (isFailed(job, pod) || isLost) {
      const isOurs = !isIndexed(job) || indexOf(job, pod) !== undefined;
      if (isOurs && !failed.includes(uid) && judgeFailure(job, pod).counts) failed.push(uid);
    }
  }
  const told = toldConditions(status.conditions, verdict, now);
  return {
    release,
    ending: told.ending,
    status: {
      ...status,
      ...(isIndexed(job) ? { succeeded: done.size, completedIndexes: rangesOf(done) } : {}),
      ...(failedIndexes ? { failedIndexes: rangesOf(failedIndexes) } : {}),
      uncountedTerminatedPods: uncounted(succeeded, failed),
      conditions: told.conditions,
    },
  };
}

function isReleasable({ job, replaceable }: JobView, pod: Pod, verdict: Condition | undefined): boolean {
  if (job.metadata.deletionTimestamp || verdict || pod.status?.phase === 'Succeeded') return true;
  if (!isFailed(job, pod)) return false;
  // The one that comes next reads from it how often the index has failed.
  const index = indexOf(job, pod);
  return index === undefined || replaceable.get(index)?.metadata.uid !== pod.metadata.uid;
}

/** Says that the Job will end, and how it will have ended. */
function toldConditions(conditions: Condition[] = [], verdict: Condition | undefined, now: number) {
  if (!verdict) return { conditions, ending: undefined };
  const { type, reason = '', message = '' } = verdict;
  if (type === 'Failed') return { conditions, ending: verdict };
  const end = type === 'FailureTarget' ? 'Failed' : 'Complete';
  const told = conditions.some((one) => one.type === type) ? conditions : [...conditions, verdict];
  return { conditions: told, ending: jobCondition(end, reason, message, now) };
}

/** The third step: what has no finalizer any more is counted. */
export function settled(status: JobStatus, tracked: (uid: string) => boolean): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const [openSucceeded, openFailed] = [succeeded.filter(tracked), failed.filter(tracked)];
  return {
    ...status,
    succeeded: (status.succeeded ?? 0) + succeeded.length - openSucceeded.length,
    failed: (status.failed ?? 0) + failed.length - openFailed.length,
    uncountedTerminatedPods: uncounted(openSucceeded, openFailed),
  };
}

function uncounted(succeeded: string[], failed: string[]) {
  return { ...(succeeded.length > 0 ? { succeeded } : {}), ...(failed.length > 0 ? { failed } : {}) };
}

/** The status of a Job that has ended, unless a pod is not counted or not gone yet (`enactJobFinished`). */
export function endedStatus(status: JobStatus, ending: Condition | undefined, now: number): JobStatus | undefined {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (!ending || succeeded.length + failed.length > 0 || (status.terminating ?? 0) > 0) return undefined;
  return {
    ...status,
    conditions: [...withJobCondition(status.conditions, ending)],
    ...(ending.type === 'Complete' ? { completionTime: timestamp(now) } : {}),
  };
}

// As the API leaves out what is empty.
export function written(status: JobStatus): JobStatus {
  const { active, succeeded, failed, completedIndexes, conditions = [], ...rest } = status;
  return {
    ...rest,
    ...(active ? { active } : {}),
    ...(succeeded ? { succeeded } : {}),
    ...(failed ? { failed } : {}),
    ...(completedIndexes ? { completedIndexes } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}
