import type { Job } from '../../kubernetes/workload.ts';
import { type ApiClient, answered } from '../client.ts';
import { type JobStatus, written } from './job-tracking.ts';
import { mergePatchBetween } from './merge-patch.ts';
import { keyOf } from './owners.ts';
import { objectPath } from './resource-paths.ts';

/** Writes the status of Jobs, each on top of what was written before: nothing may be counted from an older one. */
export interface StatusWriter {
  /** The job as it was written last when the cache has not seen that yet. */
  newest(cached: Job): Job;
  /** Returns the job with this status; one that is gone counts as written. Throws a conflict when somebody else wrote. */
  write(job: Job, status: JobStatus): Promise<Job>;
  forget(key: string): void;
}

export function createStatusWriter(client: ApiClient): StatusWriter {
  const last = new Map<string, Job>();
  const versionOf = ({ metadata }: Job) => Number(metadata.resourceVersion ?? 0);
  return {
    newest(cached) {
      const mine = last.get(keyOf(cached));
      if (mine && mine.metadata.uid === cached.metadata.uid && versionOf(mine) > versionOf(cached)) return mine;
      last.delete(keyOf(cached));
      return cached;
    },
    async write(job, status) {
      const next = written(status);
      const patch = mergePatchBetween(job.status, next);
      if (!patch) return job;
      try {
        const { resourceVersion } = job.metadata;
        const path = objectPath('jobs', job.metadata, 'status');
        const changed = (await client.patch(path, { metadata: { resourceVersion }, status: patch }, 'merge')) as Job;
        last.set(keyOf(job), changed);
        return changed;
      } catch (error) {
        if (answered(error, 404)) return { ...job, status: next };
        throw error;
      }
    },
    forget: (key) => void last.delete(key),
  };
}
