import type { KubernetesObject, ObjectMeta } from '../../kubernetes/object.ts';
import type { Job } from '../../kubernetes/workload.ts';
import type { CronSchedule } from './cron-schedule.ts';

export interface JobReference {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
}

export interface CronJob extends KubernetesObject {
  spec: {
    schedule: string;
    timeZone?: string;
    suspend?: boolean;
    concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
    startingDeadlineSeconds?: number;
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
    jobTemplate: { metadata?: Partial<ObjectMeta>; spec: Job['spec'] };
  };
  status?: { active?: JobReference[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
}

export interface Due {
  /** The newest time that has come since the last one, ms since the epoch; what was missed before it is not made up for. */
  time: number | undefined;
  /** True when more than a hundred were missed. */
  many: boolean;
}

/** Which start time has come (`pkg/controller/cronjob/utils.go mostRecentScheduleTime`). `now` in ms since the epoch. */
export function dueTime(cron: CronJob, schedule: CronSchedule, now: number): Due {
  const { startingDeadlineSeconds: deadline } = cron.spec;
  const since = Date.parse(cron.status?.lastScheduleTime ?? cron.metadata.creationTimestamp ?? '');
  const earliest = deadline === undefined ? since : Math.max(since, now - deadline * 1000);
  const first = schedule.next(earliest);
  if (first === undefined || first > now) return { time: undefined, many: false };
  const second = schedule.next(first);
  if (second === undefined || second > now) return { time: first, many: false };
  // Times are not told off one by one: a year may have gone by.
  const between = second - first;
  const missed = Math.floor((now - first) / between) + 1;
  let time: number | undefined;
  for (let next = schedule.next(first + (missed - 2) * between); next !== undefined && next <= now; ) {
    time = next;
    next = schedule.next(next);
  }
  return { time, many: missed > 100 };
}

/** When to look again, ms from now: a little after the next time. */
export function waitForNext(schedule: CronSchedule, now: number): number | undefined {
  const next = schedule.next(now);
  return next === undefined ? undefined : Math.min(next - now + 100, 3_600_000);
}
