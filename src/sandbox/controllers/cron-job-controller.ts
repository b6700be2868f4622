import { conditionOf, timestamp } from '../../kubernetes/condition.ts';
import type { KubernetesObject, ObjectMeta } from '../../kubernetes/object.ts';
import type { Job } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { parseCron } from './cron-schedule.ts';
import { controlledBy, keyOf, ownerKey, partsOf } from './owners.ts';
import { collectionPath, objectPath } from './resource-paths.ts';
import type { WorkQueue } from './work-queue.ts';

interface CronJob extends KubernetesObject {
  spec: {
    schedule: string;
    suspend?: boolean;
    concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
    startingDeadlineSeconds?: number;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: { metadata?: Partial<ObjectMeta>; spec: Job['spec'] };
  };
  status?: { active?: object[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
}

/** Makes Jobs by the clock (`pkg/controller/cronjob/cronjob_controllerv2.go`); times are UTC. */
export function startCronJobController(context: ControllerContext): Controller {
  const { client } = context;
  const cronJobs = context.informer('cronjobs');
  const jobs = context.informer('jobs');
  const claims = createClaims(client, 'jobs', jobs);
  const record = context.recorder('cronjob-controller');

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const cron = cronJobs.get(namespace, name) as CronJob | undefined;
    if (!cron || cron.metadata.deletionTimestamp) return;
    const own = claims.byUid.get(cron.metadata.uid ?? '') as Job[];
    let active = own.filter((job) => !endOf(job));
    await forgetOld(cron, own);
    const schedule = parseCron(cron.spec.schedule);
    if (!schedule) return record(cron, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${cron.spec.schedule}`);
    let lastScheduleTime = cron.status?.lastScheduleTime;
    const due = cron.spec.suspend ? undefined : latestDue(cron, schedule);
    if (due !== undefined && !(cron.spec.concurrencyPolicy === 'Forbid' && active.length > 0)) {
      if (cron.spec.concurrencyPolicy === 'Replace')
        for (const job of active)
          await client.remove(objectPath('jobs', job.metadata), { propagationPolicy: 'Background' });
      const made = await make(cron, due);
      lastScheduleTime = timestamp(due);
      if (made) active = [...active, made];
    }
    const successes = own.flatMap((job) => (endOf(job) === 'Complete' ? (job.status?.completionTime ?? []) : []));
    const references = active.map(({ apiVersion, kind, metadata }) => {
      const { name: job, namespace: within, uid, resourceVersion } = metadata;
      return { apiVersion, kind, name: job, namespace: within, uid, resourceVersion };
    });
    const lastSuccessfulTime = successes.sort().at(-1) ?? cron.status?.lastSuccessfulTime;
    await writeStatus(client, 'cronjobs', cron, {
      ...(references.length > 0 ? { active: references } : {}),
      ...(lastScheduleTime ? { lastScheduleTime } : {}),
      ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}),
    });
    const next = cron.spec.suspend ? undefined : schedule.next(Date.now());
    if (next !== undefined) queue.addAfter(key, Math.min(next - Date.now() + 100, 3_600_000));
  };

  const make = async (cron: CronJob, due: number): Promise<Job | undefined> => {
    const { namespace } = cron.metadata;
    const name = `${cron.metadata.name.slice(0, 52)}-${Math.floor(due / 60_000)}`;
    const { jobTemplate } = cron.spec;
    const annotations = {
      ...jobTemplate.metadata?.annotations,
      'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(due),
    };
    const metadata = {
      name,
      namespace,
      labels: jobTemplate.metadata?.labels,
      annotations,
      ownerReferences: [controlledBy(cron)],
    };
    try {
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: jobTemplate.spec };
      const made = (await client.create(collectionPath('jobs', namespace), job)) as Job;
      record(cron, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
      return made;
    } catch (error) {
      if (answered(error, 409)) return undefined;
      record(cron, 'Warning', 'FailedCreate', `Error creating job: ${String(error)}`);
      throw error;
    }
  };

  const forgetOld = async (cron: CronJob, own: readonly Job[]) => {
    const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron.spec;
    for (const [type, limit] of [
      ['Complete', successfulJobsHistoryLimit],
      ['Failed', failedJobsHistoryLimit],
    ] as const) {
      const ended = own.filter((job) => endOf(job) === type && !job.metadata.deletionTimestamp);
      const oldest = ended.sort((left, right) =>
        (left.status?.startTime ?? '').localeCompare(right.status?.startTime ?? ''),
      );
      for (const job of oldest.slice(0, Math.max(0, ended.length - limit)))
        await client.remove(objectPath('jobs', job.metadata), { propagationPolicy: 'Background' });
    }
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

function endOf({ status }: Job): 'Complete' | 'Failed' | undefined {
  if (conditionOf(status?.conditions, 'Complete')?.status === 'True') return 'Complete';
  return conditionOf(status?.conditions, 'Failed')?.status === 'True' ? 'Failed' : undefined;
}

/** The newest time that has come since the last one; what was missed before it is not made up for. */
function latestDue(cron: CronJob, schedule: { next(after: number): number | undefined }): number | undefined {
  const deadline = cron.spec.startingDeadlineSeconds;
  const since = Date.parse(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp ?? '');
  const earliest = deadline === undefined ? since : Math.max(since, Date.now() - deadline * 1000);
  let due: number | undefined;
  let next = schedule.next(earliest);
  for (let count = 0; next !== undefined && next <= Date.now() && count < 10_000; count += 1) {
    due = next;
    next = schedule.next(next);
  }
  return due;
}
