import { conditionOf } from './condition.ts';
import { hasFailed, inNamespace, isReady, isWaiting, type Readiness } from './failure.ts';
import type { KubernetesObject } from './object.ts';
import type { Job } from './workload.ts';

// batch/v1: the reasons of a Job's condition Failed, in words.
const reasons: Record<string, string> = {
  BackoffLimitExceeded: 'its pods failed more often than its `backoffLimit` allows',
  DeadlineExceeded: 'it took longer than its `activeDeadlineSeconds` allow',
  PodFailurePolicy: 'a pod failed in a way that its `podFailurePolicy` does not forgive',
  MaxFailedIndexesExceeded: 'more of its indexes failed than `maxFailedIndexes` allows',
  FailedIndexes: 'some of its indexes failed',
};

/** A Job is ready when it is done; a running one is not. */
export function jobReadiness(object: KubernetesObject): Readiness {
  const { spec, status = {}, metadata } = object as Job;
  const where = inNamespace(metadata);
  // `FailureTarget` is set while the pods that are left are still being ended.
  const failed = [conditionOf(status.conditions, 'Failed'), conditionOf(status.conditions, 'FailureTarget')].find(
    (condition) => condition?.status === 'True',
  );
  if (failed) {
    const reason = failed.reason ?? 'Failed';
    const words = reasons[reason];
    const message = words
      ? `${words}${failed.message ? ` (${failed.message})` : ''}`
      : failed.message || 'the Job failed';
    return hasFailed('failed', {
      reason,
      message,
      next: [`kubectl logs job/${metadata.name}${where}`, `kubectl describe job ${metadata.name}${where}`],
    });
  }
  const wanted = spec.completions ?? spec.parallelism ?? 1;
  const message = `${status.succeeded ?? 0} of ${wanted} completed`;
  if (conditionOf(status.conditions, 'Complete')?.status === 'True') return isReady(message);
  if (spec.suspend)
    return hasFailed(`suspended: ${message}`, {
      reason: 'Suspended',
      message: 'it is suspended, so that nothing runs until it is resumed',
      next: [`kubectl patch job ${metadata.name}${where} --type=merge -p '{"spec":{"suspend":false}}'`],
    });
  const tries = status.failed ? `, ${status.failed} failed so far` : '';
  return isWaiting(`${message}${tries}`);
}

interface CronJob {
  spec?: { suspend?: boolean; schedule?: string };
  status?: { lastScheduleTime?: string; active?: unknown[] };
}

/** One that only waits for its time is as it should be; what its Jobs do is theirs. */
export function cronJobReadiness(object: KubernetesObject): Readiness {
  const { spec = {}, status = {} } = object as CronJob;
  if (spec.suspend) return isReady('suspended: it starts nothing until it is resumed');
  const active = status.active?.length ?? 0;
  return isReady(active > 0 ? `${active} running` : `waits for its time (${spec.schedule ?? 'no schedule'})`);
}
