import type { Job } from '../../kubernetes/workload.ts';
import type { CronJob, JobReference } from './cron-due.ts';
import type { TimeZone } from './cron-zone.ts';
import { endOf } from './job-conditions.ts';
import { controlledBy } from './owners.ts';

/** The Job of a start time, ms since the epoch: its name holds the minutes since the epoch (`getJobFromTemplate2`). */
export function composeJob(cron: CronJob, time: number, zone: TimeZone): Job {
  const { metadata, spec } = cron.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cron.metadata.name}-${Math.floor(time / 60_000)}`,
      namespace: cron.metadata.namespace ?? '',
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      annotations: {
        ...metadata?.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': zone.format(time),
      },
      ownerReferences: [controlledBy(cron)],
    },
    spec,
  };
}

/** Ended Jobs beyond the history limits, the oldest first (`cleanupFinishedJobs`). */
export function excessJobs({ spec }: CronJob, own: readonly Job[]): Job[] {
  const limits = { Complete: spec.successfulJobsHistoryLimit, Failed: spec.failedJobsHistoryLimit };
  return Object.entries(limits).flatMap(([type, limit]) => {
    if (limit === undefined) return [];
    const ended = own.filter((job) => endOf(job)?.type === type && !job.metadata.deletionTimestamp);
    const started = ({ status, metadata }: Job) => `${status?.startTime ?? '~'} ${metadata.name}`;
    const oldest = ended.sort((left, right) => (started(left) < started(right) ? -1 : 1));
    return oldest.slice(0, Math.max(0, ended.length - limit));
  });
}

/** How the status names a Job. */
export function referenceTo({ metadata }: Job): JobReference {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name,
    ...(namespace ? { namespace } : {}),
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
  };
}
