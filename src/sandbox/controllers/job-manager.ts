import { isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { Job } from '../../kubernetes/workload.ts';
import { type Failures, finishedAt, waitAfter } from './job-backoff.ts';
import { indexFailures } from './job-failures.ts';
import type { TrackingFinalizers } from './job-finalizers.ts';
import { isIndexed } from './job-indexes.ts';
import { identityOf, missingIndexes, missingPods, superfluousPods, wantedPods } from './job-pods.ts';
import type { JobView } from './job-view.ts';
import type { PodControl } from './pod-control.ts';

/** What is to be counted after pods were made or deleted. */
export interface Managed {
  active: number;
  ready: number;
  terminating: number;
  /** True when the Job had its turn to have as many pods as it wants. */
  filled?: boolean;
  /** Until the next pod may be made, ms. */
  waitMs?: number;
  problem?: unknown;
}

export interface JobManager {
  unchanged(view: JobView): Managed;
  /** Deletes all active pods: the Job is decided. */
  stop(view: JobView): Promise<Managed>;
  /** Makes or deletes pods, one of the two (`job_controller.go manageJob`). */
  fill(view: JobView, failures: Failures): Promise<Managed>;
}

interface Parts {
  control: PodControl;
  finalizers: TrackingFinalizers;
  /** What 1 ms of a back-off takes. */
  shorten: number;
}

export function createJobManager({ control, finalizers, shorten }: Parts): JobManager {
  const unchanged = ({ active, ready, terminating }: JobView): Managed => ({
    active: active.length,
    ready,
    terminating,
  });

  const remove = async (view: JobView, pods: readonly Pod[], untracked: boolean): Promise<Managed> => {
    const results = await Promise.allSettled(
      pods.map(async (pod) => {
        // What is taken back is no failure.
        if (untracked) await finalizers.remove(pod);
        await control.remove(view.job, pod);
      }),
    );
    const gone = pods.filter((_, number) => results[number]?.status === 'fulfilled');
    const failed = results.find((result) => result.status === 'rejected');
    return {
      active: view.active.length - gone.length,
      ready: view.ready - gone.filter(isPodReady).length,
      terminating: view.terminating + gone.length,
      ...(failed ? { problem: failed.reason } : {}),
    };
  };

  const create = async (view: JobView, indexes: readonly (number | undefined)[]): Promise<Managed> => {
    const { job, replaceable } = view;
    const parts = indexes.map((index) =>
      identityOf(job, index, index === undefined ? undefined : replaceable.get(index)),
    );
    const { made, problem } = await control.createAll(job, job.spec.template, parts);
    return { ...unchanged(view), active: view.active.length + made, filled: true, ...(problem ? { problem } : {}) };
  };

  return {
    unchanged,
    stop: (view) => remove(view, view.active, false),
    async fill(view, failures) {
      const wanted = wantedPods(view);
      const gone = superfluousPods(view, wanted, Date.now());
      if (gone.length > 0 || view.job.spec.suspend) return { ...(await remove(view, gone, true)), filled: true };
      const missing = missingPods(view, wanted);
      if (missing === 0) return { ...unchanged(view), filled: true };
      const waitMs = isPerIndex(view.job) ? 0 : waitAfter(failures, Date.now(), shorten);
      // While it waits the real one counts no pod as active.
      if (waitMs > 0) return { ...unchanged(view), active: 0, filled: true, waitMs };
      if (!isIndexed(view.job))
        return create(
          view,
          Array.from({ length: missing }, () => undefined),
        );
      const indexes = missingIndexes(view, missing);
      const waits = indexes.map((index) => waitOf(view.replaceable.get(index), shorten));
      const now = indexes.filter((_, number) => waits[number] === 0);
      if (now.length === 0 && indexes.length > 0)
        return { ...unchanged(view), active: 0, filled: true, waitMs: Math.min(...waits) };
      return create(view, now);
    },
  };
}

function isPerIndex({ spec }: Job): boolean {
  return spec.backoffLimitPerIndex !== undefined;
}

function waitOf(failed: Pod | undefined, shorten: number): number {
  if (!failed) return 0;
  return waitAfter({ count: indexFailures(failed).all + 1, last: finishedAt(failed) }, Date.now(), shorten);
}
