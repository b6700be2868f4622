import { messageOf } from '../../base/errors.ts';
import { timestamp } from '../../kubernetes/condition.ts';
import type { Job } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { type CronJob, dueTime, type JobReference, waitForNext } from './cron-due.ts';
import { composeJob, excessJobs, referenceTo } from './cron-job-jobs.ts';
import { type CronSchedule, parseCron } from './cron-schedule.ts';
import { type TimeZone, timeZone } from './cron-zone.ts';
import { endOf } from './job-conditions.ts';
import { controllerOf, keyOf, ownerKey, partsOf } from './owners.ts';
import { isNamespaceEnding } from './pod-control.ts';
import { collectionPath, objectPath } from './resource-paths.ts';
import type { WorkQueue } from './work-queue.ts';

type CronStatus = NonNullable<CronJob['status']>;

/** Makes Jobs by the clock (`pkg/controller/cronjob/cronjob_controllerv2.go`). */
export function startCronJobController(context: ControllerContext): Controller {
  const { client } = context;
  const cronJobs = context.informer('cronjobs');
  const jobs = context.informer('jobs');
  const claims = createClaims(client, 'jobs', jobs);
  const record = context.recorder('cronjob-controller');

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const cron = cronJobs.get(namespace, name) as CronJob | undefined;
    if (!cron) return;
    const own = claims.byUid.get(cron.metadata.uid ?? '') as Job[];
    const status = { ...cron.status, active: [...(cron.status?.active ?? [])] };
    for (const job of excessJobs(cron, own)) await remove(cron, job, status);
    look(cron, own, status);
    const schedule = cron.metadata.deletionTimestamp || cron.spec.suspend ? undefined : read(cron);
    if (schedule) await start(cron, schedule, status);
    const { active, ...rest } = status;
    await writeStatus(client, 'cronjobs', cron, { ...rest, ...(active.length > 0 ? { active } : {}) });
    const wait = schedule && waitForNext(schedule.times, Date.now());
    if (wait !== undefined) queue.addAfter(key, wait);
  };

  /** Takes notice of what became of Jobs. */
  const look = (cron: CronJob, own: readonly Job[], status: CronStatus & { active: JobReference[] }) => {
    const isKnown = (job: Job) => status.active.some(({ uid }) => uid === job.metadata.uid);
    for (const job of own) {
      const { name } = job.metadata;
      const end = endOf(job);
      if (!end && !isKnown(job)) {
        const message = `Saw a job that the controller did not create or forgot: ${name}`;
        record(cron, 'Warning', 'UnexpectedJob', message);
      }
      if (end && isKnown(job)) {
        status.active = status.active.filter(({ uid }) => uid !== job.metadata.uid);
        record(cron, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end.type}`);
      }
      const time = end?.type === 'Complete' ? job.status?.completionTime : undefined;
      if (time && time > (status.lastSuccessfulTime ?? '')) status.lastSuccessfulTime = time;
    }
    for (const { name, uid } of status.active) {
      if (own.some((job) => job.metadata.uid === uid) || isJustMade(cron, name)) continue;
      status.active = status.active.filter((one) => one.uid !== uid);
      record(cron, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
    }
  };

  /** Names of Jobs that were made, until they are in the cache: those are not missing. */
  const made = new Set<string>();
  const isJustMade = (cron: CronJob, name: string) => made.has(`${cron.metadata.namespace}/${name}`);
  jobs.on(({ object }) => void made.delete(keyOf(object)));

  const read = (cron: CronJob): { times: CronSchedule; zone: TimeZone } | undefined => {
    const { schedule, timeZone: place } = cron.spec;
    let zone: TimeZone;
    try {
      zone = timeZone(place);
    } catch {
      record(cron, 'Warning', 'UnknownTimeZone', `invalid timeZone: "${place}": unknown time zone ${place}`);
      return undefined;
    }
    const times = parseCron(schedule, zone);
    if (!times) record(cron, 'Warning', 'UnparseableSchedule', `unparseable schedule: "${schedule}"`);
    return times && { times, zone };
  };

  const start = async (
    cron: CronJob,
    { times, zone }: { times: CronSchedule; zone: TimeZone },
    status: CronStatus & { active: JobReference[] },
  ) => {
    const now = Date.now();
    const { time, many } = dueTime(cron, times, now);
    if (time === undefined) return;
    if (many) {
      const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      record(cron, 'Warning', 'TooManyMissedTimes', `too many missed start times. ${advice}`);
    }
    const { startingDeadlineSeconds: deadline, concurrencyPolicy } = cron.spec;
    if (deadline !== undefined && time + deadline * 1000 < now) {
      const when = new Date(time).toUTCString().replace('GMT', '+0000');
      return record(cron, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${when}`);
    }
    const draft = composeJob(cron, time, zone);
    if (status.active.some(({ name }) => name === draft.metadata.name)) return;
    if (concurrencyPolicy === 'Forbid' && status.active.length > 0) {
      const why = 'prior execution is running and concurrency policy is Forbid';
      return record(cron, 'Normal', 'JobAlreadyActive', `Not starting job because ${why}`);
    }
    if (concurrencyPolicy === 'Replace')
      for (const { namespace, name } of [...status.active]) {
        const job = jobs.get(namespace, name) as Job | undefined;
        if (job) await remove(cron, job, status);
      }
    const job = await make(cron, draft);
    if (!job) return;
    status.active = [...status.active, referenceTo(job)];
    status.lastScheduleTime = timestamp(time);
  };

  const make = async (cron: CronJob, draft: Job): Promise<Job | undefined> => {
    try {
      const job = (await client.create(collectionPath('jobs', cron.metadata.namespace), draft)) as Job;
      if (!jobs.get(job.metadata.namespace, job.metadata.name)) made.add(keyOf(job));
      record(cron, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
      return job;
    } catch (error) {
      if (answered(error, 409)) {
        const taken = (await client.get(objectPath('jobs', draft.metadata))) as Job;
        return controllerOf(taken)?.uid === cron.metadata.uid ? taken : undefined;
      }
      if (!isNamespaceEnding(error)) record(cron, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      throw error;
    }
  };

  const remove = async (cron: CronJob, job: Job, status: CronStatus & { active: JobReference[] }) => {
    try {
      await client.remove(objectPath('jobs', job.metadata), { propagationPolicy: 'Background' });
    } catch (error) {
      if (answered(error, 404)) return;
      record(cron, 'Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`);
      throw error;
    }
    status.active = status.active.filter(({ uid }) => uid !== job.metadata.uid);
    record(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
  };

  return runController(context, {
    name: 'cronjob',
    inputs: [
      { informer: cronJobs, keys: (cron) => [keyOf(cron)] },
      { informer: jobs, keys: (job) => ownerKey(job, 'CronJob') },
    ],
    sync,
  });
}
