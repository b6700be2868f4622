import { timestamp } from '../../kubernetes/condition.ts';
import { asPod } from '../../kubernetes/pod.ts';
import type { Job } from '../../kubernetes/workload.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { createExpectations } from './expectations.ts';
import { type Failures, withEnded } from './job-backoff.ts';
import { endOf, jobCondition, withJobCondition } from './job-conditions.ts';
import { createTrackingFinalizers } from './job-finalizers.ts';
import { createJobManager, type Managed } from './job-manager.ts';
import { createStatusWriter } from './job-status-writer.ts';
import { endedStatus, type JobStatus, settled, trackPods } from './job-tracking.ts';
import { deadlineOf, type JobView, trackingFinalizer, verdictOf, viewOf } from './job-view.ts';
import { controllerOf, keyOf, ownerKey, partsOf } from './owners.ts';
import { createPodControl } from './pod-control.ts';
import { objectPath } from './resource-paths.ts';
import type { WorkQueue } from './work-queue.ts';

const orphanMark = '/orphan/';

/** Runs pods to their end (`pkg/controller/job/job_controller.go`). */
export function startJobController(context: ControllerContext): Controller {
  const { client, pace } = context;
  const jobs = context.informer('jobs');
  const podInformer = context.informer('pods');
  const claims = createClaims(client, 'pods', podInformer);
  const expectations = createExpectations(podInformer);
  const record = context.recorder('job-controller');
  const control = createPodControl(context, record, expectations);
  const finalizers = createTrackingFinalizers(client, podInformer);
  const writer = createStatusWriter(client);
  const manager = createJobManager({ control, finalizers, shorten: pace.shorten(1) });
  const backoffs = new Map<string, Failures>();

  const sync = async (key: string, queue: WorkQueue) => {
    if (key.startsWith(orphanMark)) return release(key.slice(orphanMark.length));
    const { namespace, name } = partsOf(key);
    const cached = jobs.get(namespace, name) as Job | undefined;
    const stored = cached && writer.newest(cached);
    if (!stored || endOf(stored)) {
      expectations.forget(key);
      backoffs.delete(key);
      writer.forget(key);
      return stored && expire(stored, key, queue);
    }
    if (stored.spec.managedBy !== undefined && stored.spec.managedBy !== 'kubernetes.io/job-controller') return;
    const job = startedNow(stored);
    const pods = (await claims.claim(job, job.spec.selector)).map(asPod);
    const view = viewOf(job, pods, finalizers.has);
    const failures = withEnded(backoffs.get(key) ?? { count: 0, last: 0 }, view.newSucceeded, view.newFailed);
    const isSeen = expectations.met(key);
    if (!isSeen) queue.addAfter(key, 1000);

    const decided = verdictOf(view, Date.now());
    const managed = await manage(view, { decided: decided !== undefined, isSeen, failures });
    if (managed.waitMs) queue.addAfter(key, managed.waitMs);
    const deadline = deadlineOf(job);
    if (deadline !== undefined && !decided) queue.addAfter(key, Math.max(50, deadline - Date.now()));

    const isStopped = isSeen && !managed.problem;
    const verdict = decided ? (isStopped ? decided : undefined) : completionOf(view, managed);
    await track(stored, view, withSuspension(view, managed, verdict), verdict);
    // Only what is counted in the status may be forgotten here.
    backoffs.set(key, failures);
    if (managed.problem) throw managed.problem;
  };

  const manage = async (view: JobView, at: { decided: boolean; isSeen: boolean; failures: Failures }) => {
    if (!at.isSeen) return manager.unchanged(view);
    if (at.decided) return manager.stop(view);
    return view.job.metadata.deletionTimestamp ? manager.unchanged(view) : manager.fill(view, at.failures);
  };

  const track = async (stored: Job, view: JobView, counted: JobStatus, verdict: ReturnType<typeof verdictOf>) => {
    const { status, release: done, ending } = trackPods(view, counted, verdict, Date.now());
    const job = await writer.write(stored, status);
    const results = await Promise.allSettled(done.map(finalizers.remove));
    const open = (uid: string) => view.pods.some((pod) => pod.metadata.uid === uid && finalizers.has(pod));
    const after = settled(job.status ?? {}, open);
    const ended = endedStatus(after, ending, Date.now());
    await writer.write(job, ended ?? after);
    if (ended && ending?.type === 'Complete') record(view.job, 'Normal', 'Completed', 'Job completed');
    else if (ended) record(view.job, 'Warning', ending?.reason ?? '', ending?.message ?? '');
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  };

  /** Says that pods are, or no longer are, kept from running. */
  const withSuspension = (view: JobView, managed: Managed, verdict: ReturnType<typeof verdictOf>): JobStatus => {
    const { job } = view;
    const { active, ready, terminating } = managed;
    const status: JobStatus = { ...job.status, active, ready, terminating };
    if (verdict || !managed.filled) return status;
    const [reason, message] = job.spec.suspend ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
    const told = jobCondition('Suspended', reason, message, Date.now(), job.spec.suspend ? 'True' : 'False');
    const before = status.conditions ?? [];
    const conditions = withJobCondition(before, told);
    if (conditions === before) return status;
    record(job, 'Normal', job.spec.suspend ? 'Suspended' : 'Resumed', message);
    const { startTime: _, ...rest } = status;
    return {
      ...rest,
      conditions: [...conditions],
      ...(job.spec.suspend ? {} : { startTime: timestamp(Date.now()) }),
    };
  };

  /** Deletes a Job some time after it ended (`pkg/controller/ttlafterfinished`). */
  const expire = async (job: Job, key: string, queue: WorkQueue) => {
    const { ttlSecondsAfterFinished: seconds } = job.spec;
    if (seconds === undefined || job.metadata.deletionTimestamp) return;
    const left = Date.parse(endOf(job)?.lastTransitionTime ?? '') + seconds * 1000 - Date.now();
    if (left > 0) return queue.addAfter(key, left);
    const { uid } = job.metadata;
    await client.remove(objectPath('jobs', job.metadata), {
      propagationPolicy: 'Foreground',
      ...(uid ? { preconditions: { uid } } : {}),
    });
  };

  /** A pod whose Job is no more has nobody else to let it go. */
  const release = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const pod = podInformer.get(namespace, name);
    if (pod && finalizers.has(pod) && isOrphan(pod)) await finalizers.remove(asPod(pod));
  };

  const isOrphan = (pod: Parameters<typeof controllerOf>[0]) => {
    const owner = controllerOf(pod);
    return owner?.kind !== 'Job' || jobs.get(pod.metadata.namespace, owner.name)?.metadata.uid !== owner.uid;
  };

  return runController(context, {
    name: 'job',
    inputs: [
      {
        informer: jobs,
        keys: (job, { type }) => [
          keyOf(job),
          ...(type === 'deleted' ? claims.byUid.get(job.metadata.uid ?? '').map(orphanKey) : []),
        ],
      },
      {
        informer: podInformer,
        keys: (pod, { type }) => {
          const marked = type !== 'deleted' && pod.metadata.finalizers?.includes(trackingFinalizer);
          return [...ownerKey(pod, 'Job'), ...(marked && isOrphan(pod) ? [orphanKey(pod)] : [])];
        },
      },
    ],
    sync,
  });
}

function orphanKey(pod: Parameters<typeof keyOf>[0]): string {
  return `${orphanMark}${keyOf(pod)}`;
}

function startedNow(job: Job): Job {
  if (job.status?.startTime || job.spec.suspend) return job;
  return { ...job, status: { ...job.status, startTime: timestamp(Date.now()) } };
}

function completionOf({ job, succeeded }: JobView, { active }: Managed) {
  const { completions } = job.spec;
  const isComplete = active === 0 && (completions == null ? succeeded > 0 : succeeded >= completions);
  if (!isComplete) return undefined;
  return jobCondition(
    'SuccessCriteriaMet',
    'CompletionsReached',
    'Reached expected number of succeeded pods',
    Date.now(),
  );
}
