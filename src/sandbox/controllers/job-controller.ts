import { conditionOf, timestamp, withCondition } from '../../kubernetes/condition.ts';
import { asPod, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { Job } from '../../kubernetes/workload.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { createExpectations } from './expectations.ts';
import { completedIndexes, identityOfIndex, missingIndexes, rangesOf } from './job-indexes.ts';
import { keyOf, ownerKey, partsOf } from './owners.ts';
import { createPodControl } from './pod-control.ts';
import { objectPath } from './resource-paths.ts';
import type { WorkQueue } from './work-queue.ts';

const firstBackoffMs = 10_000;
const longestBackoffMs = 600_000;

/** Runs pods to their end (`pkg/controller/job/job_controller.go`). */
export function startJobController(context: ControllerContext): Controller {
  const { client, pace } = context;
  const jobs = context.informer('jobs');
  const podInformer = context.informer('pods');
  const claims = createClaims(client, 'pods', podInformer);
  const expectations = createExpectations(podInformer);
  const record = context.recorder('job-controller');
  const control = createPodControl(context, record, expectations);

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const job = jobs.get(namespace, name) as Job | undefined;
    if (!job) return expectations.forget(key);
    if (isDone(job)) return forgetLater(job, key, queue);
    const pods = (await claims.claim(job, job.spec.selector)).map(asPod);
    if (!expectations.met(key)) return queue.addAfter(key, 1000);
    const tally = tallyOf(job, pods);
    const failure = failureOf(job, tally);
    const complete = !failure && isComplete(job, tally);
    if (failure || complete || job.spec.suspend) for (const pod of tally.active) await control.remove(job, pod);
    else if (!job.metadata.deletionTimestamp) await fill(job, tally, key, queue);
    await writeStatus(client, 'jobs', job, statusOf(job, tally, { failure, complete }));
    if (complete) record(job, 'Normal', 'Completed', 'Job completed');
    if (failure) record(job, 'Warning', failure.reason, failure.message);
    const { activeDeadlineSeconds } = job.spec;
    if (activeDeadlineSeconds !== undefined && job.status?.startTime)
      queue.addAfter(key, Math.max(50, Date.parse(job.status.startTime) + activeDeadlineSeconds * 1000 - Date.now()));
  };

  const fill = async (job: Job, tally: Tally, key: string, queue: WorkQueue) => {
    const parallelism = job.spec.parallelism ?? 1;
    const rest = job.spec.completions == null ? parallelism : job.spec.completions - tally.succeeded;
    // Without a number of completions one success ends the whole: no new pods then.
    const wanted = job.spec.completions == null && tally.succeeded > 0 ? 0 : Math.min(parallelism, rest);
    for (const pod of tally.active.slice(Math.max(0, wanted))) await control.remove(job, pod);
    const missing = wanted - tally.active.length;
    if (missing <= 0) return;
    const wait = backoffLeft(tally, pace.shorten(1));
    if (wait > 0) return queue.addAfter(key, wait);
    if (job.spec.completionMode !== 'Indexed') return control.createMany(job, job.spec.template, missing);
    for (const index of missingIndexes(job, tally.pods).slice(0, missing))
      await control.create(job, job.spec.template, identityOfIndex(job, index));
  };

  const forgetLater = async (job: Job, key: string, queue: WorkQueue) => {
    const seconds = job.spec.ttlSecondsAfterFinished;
    const ended = job.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
    if (seconds === undefined || job.metadata.deletionTimestamp) return;
    const left = Date.parse(ended?.lastTransitionTime ?? '') + seconds * 1000 - Date.now();
    if (left > 0) return queue.addAfter(key, left);
    await client.remove(objectPath('jobs', job.metadata), { propagationPolicy: 'Foreground' });
  };

  return runController(context, {
    name: 'job',
    inputs: [
      { informer: jobs, keys: (job) => [keyOf(job)] },
      { informer: podInformer, keys: (pod) => ownerKey(pod, 'Job') },
    ],
    sync,
  });
}

interface Tally {
  pods: readonly Pod[];
  active: Pod[];
  succeeded: number;
  failed: number;
  /** When the last pod failed, ms since the epoch. */
  lastFailure: number;
}

/** What was counted once stays counted, even when its pod is deleted. */
function tallyOf(job: Job, pods: readonly Pod[]): Tally {
  const inPhase = (phase: string) => pods.filter((pod) => pod.status?.phase === phase);
  const failed = inPhase('Failed');
  const ends = failed
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  const indexed = job.spec.completionMode === 'Indexed';
  const succeeded = indexed ? completedIndexes(pods).length : inPhase('Succeeded').length;
  return {
    pods,
    active: pods.filter(
      (pod) => !['Succeeded', 'Failed'].includes(pod.status?.phase ?? '') && !pod.metadata.deletionTimestamp,
    ),
    succeeded: Math.max(succeeded, job.status?.succeeded ?? 0),
    failed: Math.max(failed.length, job.status?.failed ?? 0),
    lastFailure: Math.max(0, ...ends.filter((end) => !Number.isNaN(end))),
  };
}

/** 10 s, doubled for each failure (`backoff_utils.go`). */
function backoffLeft({ failed, lastFailure }: Tally, shorter: number): number {
  if (failed === 0) return 0;
  const delay = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(failed - 1, 10));
  return lastFailure + delay * shorter - Date.now();
}

function isDone({ status }: Job): boolean {
  return ['Complete', 'Failed'].some((type) => conditionOf(status?.conditions, type)?.status === 'True');
}

function isComplete({ spec }: Job, { succeeded, active }: Tally): boolean {
  return spec.completions == null ? succeeded > 0 && active.length === 0 : succeeded >= spec.completions;
}

function failureOf({ spec, status }: Job, tally: Tally): { reason: string; message: string } | undefined {
  const restarts = tally.active
    .filter(() => spec.template.spec.restartPolicy === 'OnFailure')
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  if (tally.failed + restarts > (spec.backoffLimit ?? 6))
    return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  const { activeDeadlineSeconds } = spec;
  if (
    activeDeadlineSeconds !== undefined &&
    status?.startTime &&
    Date.parse(status.startTime) + activeDeadlineSeconds * 1000 <= Date.now()
  )
    return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  return undefined;
}

interface Outcome {
  failure: { reason: string; message: string } | undefined;
  complete: boolean;
}

function statusOf(job: Job, tally: Tally, { failure, complete }: Outcome): Job['status'] {
  const now = timestamp(Date.now());
  const done = failure !== undefined || complete;
  const active = done || job.spec.suspend ? 0 : tally.active.length;
  let conditions = job.status?.conditions ?? [];
  const add = (type: string, reason: string, message: string) => {
    conditions = withCondition(conditions, { type, status: 'True', reason, message, lastProbeTime: now }, now);
  };
  const reached = 'Reached expected number of succeeded pods';
  if (complete) add('SuccessCriteriaMet', 'CompletionsReached', reached);
  if (complete) add('Complete', 'CompletionsReached', reached);
  if (failure) add('FailureTarget', failure.reason, failure.message);
  if (failure) add('Failed', failure.reason, failure.message);
  const indexes = job.spec.completionMode === 'Indexed' ? rangesOf(completedIndexes(tally.pods)) : '';
  return {
    ...(active > 0 ? { active } : {}),
    ...(tally.succeeded > 0 ? { succeeded: tally.succeeded } : {}),
    ...(tally.failed > 0 ? { failed: tally.failed } : {}),
    ready: done ? 0 : tally.active.filter(isPodReady).length,
    ...(indexes ? { completedIndexes: indexes } : {}),
    ...(job.spec.suspend ? {} : { startTime: job.status?.startTime ?? now }),
    ...(complete ? { completionTime: now } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}
